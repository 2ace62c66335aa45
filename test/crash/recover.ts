/** Whoever comes after the power cut: recovers, and holds what is found against what was promised. */
import type { CardRecord } from '../../src/backlog/files/form/card-record.ts';
import { mustGet, updateCard } from '../../src/backlog/operations/one-card.ts';
import type { Effect } from '../model/effect.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';
import { historyOn, PATHS, storeOn } from './scenario.ts';
import { fingerprint } from './sweep.ts';

export interface Expectation {
  /** All that could be there. */
  readonly history: readonly CardRecord[];
  /** At least so much of it must be there. */
  readonly acknowledgedSeq: number;
  readonly nowMs: number;
  /** How often the power was cut. */
  readonly cuts: number;
  /** Cards whose files a person has written, and nobody has taken up yet: these may be torn. */
  readonly byHand: boolean;
  /** How recovery has left the disk before: what follows from the same state is the same. */
  readonly settled: Set<string>;
}

interface View {
  readonly history: readonly string[];
  /** By id; null for a card that is not there. */
  readonly cards: ReadonlyMap<string, string | null>;
  readonly damaged: readonly string[];
}

/**
 * @param survived the disk as the power cut left it; it is changed
 * @param onEffect is told what the first recovery does to the disk
 * @throws Error that says which promise was broken
 */
export function recoverAndVerify(
  survived: MemoryDisk,
  expected: Expectation,
  onEffect?: (effect: Effect) => void,
): void {
  const ids = [...new Set(expected.history.map(({ id }) => id))];
  const clock = { nowMs: expected.nowMs };
  if (onEffect !== undefined) survived.tellEffects(onEffect);
  const first = look(survived, 10, `boot ${expected.cuts + 1}`, clock, ids);
  if (onEffect !== undefined) survived.tellEffects(() => undefined);
  verify(first, expected);
  const settled = fingerprint(survived, (path) => !path.startsWith(PATHS.lock) && !path.startsWith(PATHS.staging));
  if (expected.settled.has(settled)) return;
  expected.settled.add(settled);
  const second = look(survived, 11, 'last boot', clock, ids);
  if (!isSame(first, second)) throw new Error(`A second recovery finds something else: ${say(first)} | ${say(second)}`);
  workOn(survived, clock, second);
}

function look(disk: MemoryDisk, process: number, boot: string, clock: { nowMs: number }, ids: readonly string[]): View {
  const store = storeOn(disk.seenBy(process), { process, boot, clock });
  const attempt = store.tryChange((transaction) => {
    const damaged = new Set(transaction.damaged().map(({ id }) => id));
    const cards = new Map<string, string | null>();
    for (const id of ids) {
      if (damaged.has(id)) continue;
      const card = transaction.card(id);
      const place = transaction.isArchived(id) ? 'archive' : 'cards';
      cards.set(id, card === null ? null : `${place} ${JSON.stringify(card)}`);
    }
    return { cards, damaged: [...damaged] };
  });
  if (attempt.kind !== 'done') throw new Error('Nobody is alive, and the lock is not to be had.');
  store.close();
  return { ...attempt.value, history: historyOn(disk).map((record) => JSON.stringify(record)) };
}

function verify({ history, cards, damaged }: View, expected: Expectation): void {
  const phantom = history.findIndex((line, place) => line !== JSON.stringify(expected.history[place]));
  const taken = history[phantom];
  if (taken !== undefined && !(expected.byHand && /"kind":"(edited|deleted)"/.test(taken))) {
    throw new Error(`The history holds what never happened: ${taken}`);
  }
  if (history.length < expected.acknowledgedSeq) {
    throw new Error(`Acknowledged up to ${expected.acknowledgedSeq}, but the history ends with ${history.length}.`);
  }
  if (expected.byHand) return;
  if (damaged.length > 0) throw new Error(`Torn: ${damaged.join(', ')}.`);
  const kept = expected.history.slice(0, history.length);
  const next = expected.history[history.length];
  if (next !== undefined && next.atMs === kept.at(-1)?.atMs && next.generation === kept.at(-1)?.generation) {
    throw new Error(`Of one transaction a part is there, up to ${history.length}.`);
  }
  for (const [id, found] of cards) {
    const last = kept.findLast((record) => record.id === id);
    const said = last === undefined || last.card === null ? null : `${last.place} ${JSON.stringify(last.card)}`;
    if (found !== said) throw new Error(`Card ${id} is ${found}, but by the history ${said}.`);
  }
}

/** The store takes a change, and the next process finds it. */
function workOn(disk: MemoryDisk, clock: { nowMs: number }, { cards }: View): void {
  const id = [...cards].find(([, card]) => card?.startsWith('cards'))?.[0];
  if (id === undefined) return;
  const store = storeOn(disk.seenBy(12), { process: 12, boot: 'last boot', clock });
  const changed = store.tryChange((transaction) => updateCard(transaction, { id, title: 'After the power cut' }));
  store.close();
  const reader = storeOn(disk.seenBy(13), { process: 13, boot: 'last boot', clock });
  const found = reader.tryChange((transaction) => mustGet(transaction, id));
  reader.close();
  if (changed.kind !== 'done' || found.kind !== 'done') throw new Error('The lock is not to be had any more.');
  if (JSON.stringify(changed.value) !== JSON.stringify(found.value))
    throw new Error(`Card ${id} does not keep changes.`);
}

function isSame(a: View, b: View): boolean {
  return say(a) === say(b);
}

function say({ history, cards, damaged }: View): string {
  return JSON.stringify([history.length, [...cards], damaged]);
}
