/**
 * A holder that was taken over may still append a line, just before its successor seals the journal. Whoever has read
 * that line in between has read something that never happened.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { holderText } from '../../src/disk/holder-identity.ts';
import { currentIdentity } from '../../src/host/process-identity.ts';
import { openLine, sealLine } from '../../src/disk/sealed-line.ts';
import { given, ids } from '../contract/given.ts';
import { byHand as it } from './by-hand.ts';

it('what was read and is sealed off afterwards is forgotten', async ({ store, backlog }) => {
  await given(backlog, { id: 'A' });
  const first = join(store.root, 'journal', '00000001.jsonl');
  const [header = '', line = ''] = readFileSync(first, 'utf8').split('\n');
  const whole = `${header}\n${line}\n`;
  const late = { seq: 2, id: 'late', file: 'late.json', card: { ...cardIn(line), id: 'late' } };
  // Where a writer writes: over the room, not behind it.
  writeFileSync(first, `${whole}${again(line, late)}\n`);
  // The successor has the lock and has not sealed yet.
  const locks = join(store.root, 'registry.lock');
  const generation = Math.max(...readdirSync(locks).map((name) => Number.parseInt(name, 10) || 0)) + 1;
  const lock = join(locks, String(generation));
  writeFileSync(lock, holderText({ process: currentIdentity(), token: 'abcd' }));
  expect(ids((await backlog.list()).cards)).toEqual(['A']);

  const seal = { segment: 2, follows: { segment: 1, bytes: Buffer.byteLength(whole) }, firstSeq: 2, generation };
  writeFileSync(join(store.root, 'journal', '00000002.jsonl'), `${again(header, seal)}\n`);
  writeFileSync(`${lock}.free`, '');
  await backlog.update({ id: 'A', title: 'Goes on' });
  expect((await backlog.history()).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['imported A', 'updated A']);
});

function again(line: string, changes: object): string {
  const { sum: _, ...rest } = fields(openLine(line));
  return sealLine(JSON.stringify({ ...rest, ...changes }));
}

function cardIn(line: string): object {
  return fields(fields(openLine(line))['card']);
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('There is no object.');
  return { ...value };
}
