// No backlog at all: only the calls of the file system that a change cannot do without, whatever the language and however
// clever the program. A line of a journal is written and flushed, a card's file is replaced by name with the old one kept
// to be written over, a lock is taken and given back as names. Nothing is read, judged or counted.
import * as fs from 'node:fs';

const CARDS = 512;
const CARD_BYTES = 520;
const LINE_BYTES = 700;
const ROOM_BYTES = 4 << 20;
/** As long as ours, for a folder of long names is the quicker one; see `src/disk/staging.ts`. */
const NAME_DIGITS = 64;

export async function open(folder) {
  const kept = (number) => `${folder}/kept/${String(number).padStart(NAME_DIGITS, '0')}`;
  for (const part of ['cards', 'kept', 'lock']) fs.mkdirSync(`${folder}/${part}`, { recursive: true });
  const line = Buffer.alloc(LINE_BYTES, 'x');
  const card = line.subarray(0, CARD_BYTES);
  const journal = fs.openSync(`${folder}/journal`, 'w');
  fs.writeSync(journal, Buffer.alloc(ROOM_BYTES, '\n'));
  for (let number = 0; number < CARDS; number += 1) {
    fs.writeFileSync(`${folder}/cards/${number}`, card);
    fs.writeFileSync(kept(number), card);
  }
  fs.writeFileSync(`${folder}/identity`, 'worker');
  fs.fsyncSync(journal);
  let [at, changes] = [0, 0];

  function change() {
    changes += 1;
    fs.linkSync(`${folder}/identity`, `${folder}/lock/${changes}`);
    const spare = kept(changes - 1);
    const descriptor = fs.openSync(spare, 'r+');
    fs.writeSync(descriptor, card, 0, CARD_BYTES, 0);
    fs.futimesSync(descriptor, changes, changes);
    fs.closeSync(descriptor);
    fs.writeSync(journal, line, 0, LINE_BYTES, at);
    at = (at + LINE_BYTES) % (ROOM_BYTES - LINE_BYTES);
    fs.fdatasyncSync(journal);
    const place = `${folder}/cards/${changes % CARDS}`;
    fs.linkSync(place, kept(changes - 1 + CARDS));
    fs.renameSync(spare, place);
    fs.linkSync(`${folder}/lock/${changes}`, `${folder}/lock/${changes}.free`);
    fs.unlinkSync(`${folder}/lock/${changes}`);
    fs.unlinkSync(`${folder}/lock/${changes}.free`);
  }

  return {
    async claimAndComplete() {
      change();
      change();
    },
    close: () => fs.closeSync(journal),
  };
}
