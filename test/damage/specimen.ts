/** A store that has lived: several segments, an archive, claims, edges, a writer that was killed, something aside. */
import type { Card } from '../../src/card/card.ts';
import type { Backlog, Change } from '../../src/backlog/backlog.ts';
import { fileBacklog } from '../../src/backlog/files/file-backlog.ts';
import { killedAfter } from '../crash/misfortune.ts';
import { PATHS, storeOn } from '../crash/scenario.ts';
import { MemoryDisk } from '../model/memory-filesystem.ts';

export interface Specimen {
  readonly disk: MemoryDisk;
  readonly nowMs: number;
  /** By id, every card, and where it is. */
  readonly cards: ReadonlyMap<string, { readonly card: Card; readonly place: 'cards' | 'archive' }>;
  readonly history: readonly Change[];
  /** The paths of all files below the store. */
  readonly paths: readonly string[];
}

export async function newSpecimen(): Promise<Specimen> {
  const disk = MemoryDisk.empty();
  const clock = { nowMs: 1_800_000_000_000 };
  const open = (process: number): Backlog =>
    fileBacklog(storeOn(disk.seenBy(process), { process, boot: 'boot', clock }));

  const backlog = open(1);
  for (const id of ['old', 'older']) {
    await backlog.create({ id, title: `The ${id} card` });
    await backlog.complete({ id, result: { commit: id } });
  }
  await backlog.archive();
  await backlog.doctor({ fix: true });
  await backlog.create({ id: 'base', title: 'What others stand on', labels: ['ui'] });
  await backlog.complete({ id: 'base' });
  await backlog.create({ id: 'first', title: 'Can be claimed', dependsOn: ['base'], priority: 3 });
  await backlog.create({ id: 'second', title: 'Can be claimed too', body: 'With a body\nof two lines.' });
  await backlog.create({ id: 'waiting', title: 'Waits for another', dependsOn: ['second'], priority: 9 });
  await backlog.doctor({ fix: true });
  await backlog.create({ id: 'über/alles ☂', title: 'An odd name', priority: -1 });
  await backlog.create({ id: 'held', title: 'Is claimed', priority: 7 });
  await backlog.claim({ owner: 'worker', id: 'held', ttlSeconds: 86_400 });
  await backlog.create({ id: 'parked', title: 'Is blocked', priority: 8 });
  await backlog.block({ id: 'parked', reason: 'Not yet.' });
  await backlog.batch({
    lines: ['{"op":"update","id":"second","phase":"two"}', '{"op":"update","id":"first","phase":"two"}'],
  });
  await backlog.close();
  await leaveTraces(disk, clock);

  const reader = open(4);
  const { cards } = await reader.list({ archived: true });
  const archived = new Set((await reader.history()).filter(({ kind }) => kind === 'archived').map(({ id }) => id));
  const history = await reader.history();
  await reader.close();
  return {
    disk,
    nowMs: clock.nowMs,
    history,
    cards: new Map(cards.map((card) => [card.id, { card, place: archived.has(card.id) ? 'archive' : 'cards' }])),
    paths: [...disk.entries()].filter(([, node]) => node.kind === 'file').map(([path]) => path),
  };
}

/** A process that was killed with the lock in its hand, and a file that somebody had to make room for. */
async function leaveTraces(disk: MemoryDisk, clock: { nowMs: number }): Promise<void> {
  const mortal = killedAfter(disk.seenBy(2), 12);
  const killed = fileBacklog(storeOn(mortal.files, { process: 2, boot: 'boot', clock }));
  await killed.create({ id: 'never', title: 'Never came to be' }).catch(() => null);
  const files = disk.seenBy(3);
  files.makeFolder(PATHS.aside);
  const descriptor = files.open(`${PATHS.aside}/1.kept.json`, 'create');
  files.write(descriptor, new TextEncoder().encode('{"id":"kept"}'), 0);
  files.close(descriptor);
  const survivor = fileBacklog(storeOn(files, { process: 3, boot: 'boot', clock }));
  await survivor.update({ id: 'second', title: 'Can be claimed as well' });
  await survivor.close();
}
