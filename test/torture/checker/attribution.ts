/**
 * Which call made which transaction. Every transaction of the journal must be what exactly one call makes of the state
 * before it, by the model, at the time it bears; and of an answered call its answer must be the model's too.
 *
 * An unanswered call may have made one or none; a refused one has made none.
 */
import { actorOf, type Call, isReading, type JournalLine, type Mutation, nameOf } from './call.ts';
import { type Result, run } from './model.ts';
import { fits } from './model-card.ts';
import type { Step } from './model-world.ts';
import { difference } from './story.ts';
import type { Timeline } from './timeline.ts';

export interface Attribution {
  /** For each transaction the call that made it; null for one that nobody asked for. */
  readonly callOf: readonly (Call | null)[];
  readonly changed: ReadonlySet<Call>;
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly text: string;
  /** The card whose story shows it. */
  readonly id: string | null;
}

export function attribute(
  calls: readonly Call[],
  transactions: readonly (readonly JournalLine[])[],
  timeline: Timeline,
): Attribution {
  const mutations = calls.flatMap((call) => (isReading(call.operation) ? [] : [{ call, operation: call.operation }]));
  const open = byActor(mutations.filter(mayChange).toSorted(byStart));
  const changed = new Set<Call>();
  const problems: Problem[] = [];
  const callOf = transactions.map((lines, index) => {
    const actor = actorOf(lines[0]?.by ?? '');
    const atMs = lines[0]?.atMs ?? 0;
    const tried = underWay(open.get(actor) ?? [], atMs, changed).map(({ call, operation }) => {
      const result = run(timeline.world(index), operation, atMs, actor);
      return { call, result, verdict: judge(call, result, lines) };
    });
    // One that can have made others, too, comes first: to take it for this one leaves every other explanation open.
    const maker =
      tried.find(({ verdict }) => verdict === 'made it on the way') ??
      tried.find(({ verdict }) => verdict === 'made it');
    if (maker === undefined) {
      problems.push(unexplained(lines, tried));
      return null;
    }
    if (maker.verdict === 'made it') changed.add(maker.call);
    return maker.call;
  });
  return { callOf, changed, problems };
}

interface Mutating {
  readonly call: Call;
  readonly operation: Mutation;
}

function byActor(mutations: readonly Mutating[]): ReadonlyMap<string, Mutating[]> {
  const sorted = new Map<string, Mutating[]>();
  for (const mutating of mutations) {
    const mine = sorted.get(mutating.call.actor) ?? [];
    mine.push(mutating);
    sorted.set(mutating.call.actor, mine);
  }
  return sorted;
}

function mayChange({ call: { outcome }, operation }: Mutating): boolean {
  if (outcome === null || outcome.kind === 'answered' || outcome.code === 'OUTCOME_UNKNOWN') return true;
  // It may have taken back what had expired before it was refused.
  return operation.op === 'claimWaiting';
}

function underWay(mine: Mutating[], atMs: number, changed: ReadonlySet<Call>): readonly Mutating[] {
  // Those that ended before cannot have made this one, nor any that follows.
  while (mine[0] !== undefined && mine[0].call.endWallMs < atMs) mine.shift();
  const found: Mutating[] = [];
  for (const mutating of mine) {
    if (mutating.call.startWallMs > atMs) break;
    if (mutating.call.endWallMs >= atMs && !changed.has(mutating.call)) found.push(mutating);
  }
  // An answer pins its call; one without can explain nearly anything.
  return found.sort((a, b) => Number(a.call.outcome === null) - Number(b.call.outcome === null) || byStart(a, b));
}

type Verdict = 'made it' | 'made it on the way' | { readonly mismatch: string };

function judge({ operation, outcome }: Call, result: Result, lines: readonly JournalLine[]): Verdict {
  if (result.kind === 'refused') return { mismatch: `would have been refused with ${result.code}` };
  const wrong = mismatch(result.steps, lines);
  if (wrong !== null) return { mismatch: wrong };
  // A claim that waits takes back what has expired, perhaps several times, before it finds something for itself.
  if (operation.op === 'claimWaiting' && result.answer === null) return 'made it on the way';
  if (outcome === null || outcome.kind === 'refused') return 'made it';
  if (fits(result.answer, outcome.value)) return 'made it';
  return { mismatch: `was answered otherwise: ${difference(result.answer, outcome.value)}` };
}

/** Null when the journal says what the model says. */
function mismatch(steps: readonly Step[], lines: readonly JournalLine[]): string | null {
  if (steps.length !== lines.length) return `would take ${steps.length} steps instead of ${lines.length}`;
  for (const [index, line] of lines.entries()) {
    const step = steps[index];
    if (step === undefined || !fits(step.card, line.card)) {
      return `would make something else of ${line.id}: ${difference(step?.card ?? null, line.card)}`;
    }
    for (const name of ['kind', 'by', 'from', 'place'] as const) {
      if (step[name] !== line[name]) return `would have ${name} ${step[name]} at ${line.id}, not ${line[name]}`;
    }
  }
  return null;
}

function unexplained(
  lines: readonly JournalLine[],
  tried: readonly { readonly call: Call; readonly verdict: Verdict }[],
): Problem {
  const what = lines.map(({ seq, kind, id, by }) => `${seq} ${kind} ${id} by ${by}`).join(', ');
  const why = tried.map(({ call, verdict }) =>
    typeof verdict === 'string' ? '' : `${nameOf(call)} ${verdict.mismatch}`,
  );
  const nobody = lines[0]?.by === null ? 'nobody edits files here' : 'nobody of that name was asking for anything then';
  const reasons = why.length === 0 ? nobody : why.join('; ');
  return { text: `No call explains what the journal says at ${what}: ${reasons}.`, id: lines[0]?.id ?? null };
}

function byStart(a: Mutating, b: Mutating): number {
  return a.call.startUs - b.call.startUs;
}
