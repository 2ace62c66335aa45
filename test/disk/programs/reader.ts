/** Reads two files over and over, and ends when one of them holds what belongs to the other. usage: reader FOLDER */
import { setImmediate } from 'node:timers/promises';
import { nodeFileSystem } from '../../../src/disk/node-filesystem.ts';

const folder = process.argv[2] ?? '';
for (;;) {
  for (let round = 0; round < 500; round += 1) {
    for (const name of ['a', 'b']) {
      const text = new TextDecoder().decode(nodeFileSystem.readFile(`${folder}/${name}`)?.bytes);
      if (text.length < 400 || text !== name.repeat(text.length)) throw new Error(`${name} holds ${text.slice(0, 9)}`);
    }
  }
  process.stdout.write('.');
  await setImmediate();
}
