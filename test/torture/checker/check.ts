/**
 * The verdict on a complete history: the journal, every call of every process, and the card files that are left.
 *
 *   1. Each transaction of the journal is what one call makes of the state before it, and each answer says so.
 *   2. The order of the journal goes with real time: a call that ended before another began comes before it.
 *   3. Whatever changed nothing is explained by a state that the call can have met.
 *   4. Readers saw what was there.
 *   5. No card was held twice, whatever the model says: read from the journal alone.
 *   6. The card files are as the journal leaves them.
 */
import { isDeepStrictEqual } from 'node:util';
import { attribute, type Attribution, type Problem } from './attribution.ts';
import { type Call, type JournalLine, nameOf } from './call.ts';
import type { CardOnDisk } from './journal.ts';
import { checkUnchanged } from './justification.ts';
import { checkReadings } from './reads.ts';
import { difference, storyOf } from './story.ts';
import { Timeline } from './timeline.ts';

export interface Evidence {
  readonly calls: readonly Call[];
  readonly transactions: readonly (readonly JournalLine[])[];
  readonly segmentsOpenedMs: readonly number[];
  /** What stands in `cards/` and `archive/` at the end. */
  readonly files: readonly CardOnDisk[];
}

export interface Violation {
  readonly text: string;
  /** All that happened to the card up to then. */
  readonly story: string;
}

export function check(evidence: Evidence): readonly Violation[] {
  const { calls, transactions, segmentsOpenedMs } = evidence;
  const timeline = new Timeline(transactions);
  const attribution = attribute(calls, transactions, timeline);
  timeline.place(attribution.callOf.map((call) => call ?? { startUs: -Infinity, endUs: Infinity }));
  const problems = [
    ...attribution.problems,
    ...checkGenerations(transactions),
    ...checkRealTime(attribution, transactions),
    ...checkHolders(transactions),
    ...checkUnchanged(calls, attribution, timeline, segmentsOpenedMs),
    ...checkReadings(calls, { timeline, transactions }),
    ...checkFiles(evidence, timeline),
  ];
  const told = new Set<string>();
  return problems.map(({ text, id }) => {
    const story = id === null || told.has(id) ? '' : storyOf(id, calls, transactions, Number.POSITIVE_INFINITY);
    if (id !== null) told.add(id);
    return { text, story };
  });
}

/** A generation of the lock is over when a later one has written. */
function checkGenerations(transactions: Evidence['transactions']): readonly Problem[] {
  const problems: Problem[] = [];
  let latest = 0;
  for (const { seq, id, generation } of transactions.flat()) {
    if (generation < latest)
      problems.push({ text: `Change ${seq} is of generation ${generation}, after ${latest}.`, id });
    latest = Math.max(latest, generation);
  }
  return problems;
}

function checkRealTime({ callOf }: Attribution, transactions: Evidence['transactions']): readonly Problem[] {
  const problems: Problem[] = [];
  let latest: Call | null = null;
  for (const [index, call] of callOf.entries()) {
    if (call === null) continue;
    if (latest !== null && call.endUs < latest.startUs) {
      const text = `${nameOf(call)} ended before ${nameOf(latest)} began, and stands behind it in the journal.`;
      problems.push({ text, id: transactions[index]?.[0]?.id ?? null });
    }
    if (latest === null || call.startUs > latest.startUs) latest = call;
  }
  return problems;
}

/** The one promise that outweighs the others, looked at without any model. */
function checkHolders(transactions: Evidence['transactions']): readonly Problem[] {
  const problems: Problem[] = [];
  const holders = new Map<string, string | null>();
  for (const { seq, id, kind, card } of transactions.flat()) {
    const before = holders.get(id) ?? null;
    if (kind === 'claimed' && before !== null) {
      problems.push({ text: `Change ${seq} gives ${id} to ${card?.claimOwner}, while ${before} holds it.`, id });
    }
    holders.set(id, card?.claimOwner ?? null);
  }
  return problems;
}

function checkFiles({ files }: Evidence, timeline: Timeline): readonly Problem[] {
  const problems: Problem[] = [];
  const left = new Map<string, CardOnDisk>();
  for (const file of files) {
    const { id } = file.card;
    if (left.has(id)) problems.push({ text: `There are two files of card ${id}.`, id });
    left.set(id, file);
  }
  for (const id of timeline.ids()) {
    const last = timeline.versions(id).at(-1);
    const file = left.get(id);
    left.delete(id);
    if (!isDeepStrictEqual(file?.card ?? null, last?.card ?? null)) {
      const wrong = difference(last?.card ?? null, file?.card ?? null);
      problems.push({ text: `The file of card ${id} is not as the journal leaves it: ${wrong}.`, id });
    } else if (file !== undefined && (file.place === 'archive') !== last?.archived) {
      problems.push({ text: `The file of card ${id} is in ${file.place}/, where the journal does not have it.`, id });
    }
  }
  for (const id of left.keys()) problems.push({ text: `There is a file of card ${id}, of which nobody knows.`, id });
  return problems;
}
