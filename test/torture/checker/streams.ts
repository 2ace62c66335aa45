/** Histories and watchers: what they tell is the journal, from the asked point on, without gaps or repeats. */
import { isDeepStrictEqual } from 'node:util';
import { isChange, listOf } from './answer.ts';
import type { Change, JournalLine, Reading } from './call.ts';
import type { Range } from './timeline.ts';

type Stream = Extract<Reading, { readonly op: 'history' | 'watch' }>;

interface Store {
  readonly transactions: readonly (readonly JournalLine[])[];
}

const flat = new WeakMap<Store['transactions'], readonly JournalLine[]>();

function linesOf({ transactions }: Store): readonly JournalLine[] {
  const lines = flat.get(transactions) ?? transactions.flat();
  flat.set(transactions, lines);
  return lines;
}

/** What is wrong with the changes that were told, or null. */
export function checkChanges(operation: Stream, value: unknown, store: Store, range: Range): string | null {
  const told = listOf(value, isChange);
  if (told === null) return 'is answered with something else';
  const id = operation.op === 'history' ? operation.id : undefined;
  const since = operation.since ?? 0;
  const until = told.at(-1)?.seq ?? since;
  const expected = linesOf(store)
    .slice(since, until)
    .filter((line) => id === undefined || line.id === id);
  for (const [index, line] of expected.entries()) {
    const change = told[index];
    if (change === undefined) return `ends before change ${line.seq}`;
    if (!isDeepStrictEqual(change, changeOf(line))) {
      return `tells of ${JSON.stringify(change)} where the journal has ${JSON.stringify(changeOf(line))}`;
    }
  }
  if (told.length !== expected.length) return `tells of ${told.length} changes where there are ${expected.length}`;
  // A watcher may be behind when it is told to stop; a history ends with everything that was acknowledged before it.
  if (operation.op === 'history') {
    const missing = linesOf(store)
      .slice(Math.max(since, until), seqAfter(store, range.first))
      .find((line) => id === undefined || line.id === id);
    if (missing !== undefined) return `leaves out change ${missing.seq}, which was made before it asked`;
  }
  const tooFar = seqAfter(store, range.last);
  return until > tooFar && told.length > 0 ? `tells of change ${until}, which nobody had asked for yet` : null;
}

/** The number of the last change of a state. */
function seqAfter({ transactions }: Store, state: number): number {
  return transactions[state - 1]?.at(-1)?.seq ?? 0;
}

function changeOf(line: JournalLine): Change {
  const { seq, atMs, kind, id, by, from, reason, card } = line;
  const at = new Date(atMs).toISOString();
  return { seq, at, kind, id, by, from, to: card?.status ?? null, rev: card?.rev ?? 0, reason };
}
