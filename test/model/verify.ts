/** Holds what is found at the end of a world against what its processes were told. */
import type { CardRecord } from '../../src/backlog/files/form/card-record.ts';
import { CARDS, lookAround, type Operation, sayRecord, type World } from './crew.ts';

const KIND = { add: 'updated', complete: 'completed', archive: 'archived', reopen: 'released' } as const;
const OPERATIONS: readonly Operation[] = ['add', 'complete', 'archive', 'reopen'];
const KNOWN: ReadonlySet<string> = new Set<string>(['created', ...Object.values(KIND)]);

/**
 * @param process a number that no process of this world has had, nor the one after it
 * @throws Error that says which promise was broken
 */
export function verify(world: World, process: number): void {
  const { records, cards } = lookAround(world, process);
  verifyHistory(records, cards);
  verifyReaders(world, records.map(sayRecord));
  for (const one of new Set(world.begun.map((entry) => entry.process))) {
    for (const operation of OPERATIONS) verifyTold(world, one, operation, records);
  }
  const again = lookAround(world, process + 1);
  if (again.records.length !== records.length || CARDS.some((id) => again.cards.get(id) !== cards.get(id))) {
    throw new Error('A second recovery finds something else than the first.');
  }
}

/** Each change was made to what the one before it had left, and the cards are as the last ones left them. */
function verifyHistory(records: readonly CardRecord[], cards: ReadonlyMap<string, string>): void {
  const last = new Map<string, CardRecord>();
  for (const [index, record] of records.entries()) {
    const before = last.get(record.id)?.card ?? null;
    const rev = (before?.rev ?? 0) + (record.kind === 'archived' ? 0 : 1);
    const sum = (before?.priority ?? 0) + (record.kind === 'updated' ? 1 : 0);
    if (!KNOWN.has(record.kind)) throw new Error(`Nobody did this: ${sayRecord(record)}.`);
    if (record.seq !== index + 1) throw new Error(`At place ${index + 1} of the history stands ${sayRecord(record)}.`);
    if (record.card?.rev !== rev || record.card.priority !== sum) {
      throw new Error(`Two changes of one state, the second is ${sayRecord(record)}.`);
    }
    last.set(record.id, record);
  }
  for (const id of CARDS) {
    const said = JSON.stringify(last.get(id)?.card);
    if (said !== cards.get(id)) throw new Error(`Card ${id} is ${cards.get(id)}, but the history ends with ${said}.`);
  }
}

/** Whoever read the history saw a beginning of it. */
function verifyReaders(world: World, history: readonly string[]): void {
  for (const seen of world.seen) {
    const phantom = seen.find((line, index) => history[index] !== line);
    if (phantom !== undefined) throw new Error(`A reader saw what never happened: ${phantom}.`);
  }
}

/** What a process was told is what happened: the acknowledged once, the refused never, the unknown at most once. */
function verifyTold(world: World, process: number, operation: Operation, records: readonly CardRecord[]): void {
  const entries = world.begun.filter((entry) => entry.process === process && entry.round.operation === operation);
  const done = records.filter((record) => record.by === `p${process}` && record.kind === KIND[operation]);
  const acknowledged = entries.filter(({ fate }) => fate?.kind === 'acknowledged');
  const open = entries.filter(({ fate }) => fate === null || fate.kind === 'unknown');
  if (done.length < acknowledged.length || done.length > acknowledged.length + open.length) {
    throw new Error(
      `Process ${process} did ${operation} ${done.length} times, ` +
        `of which ${acknowledged.length} were acknowledged and ${open.length} unknown.`,
    );
  }
  for (const { round, fate } of entries) {
    const own = done.filter(({ card }) => operation !== 'add' || card?.title === round.token);
    if (fate?.kind === 'acknowledged' && !own.some(({ card }) => card?.rev === fate.rev)) {
      throw new Error(`The ${operation} ${round.token} was acknowledged, and is not there.`);
    }
    if (fate?.kind === 'refused' && operation === 'add' && own.length > 0) {
      throw new Error(`The add ${round.token} was refused, and is there.`);
    }
  }
}
