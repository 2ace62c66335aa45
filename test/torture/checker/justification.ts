/**
 * Calls that changed nothing: refusals, empty claims, answers like "it is done already". Each must be what the model
 * says of some state that the call can have met, at some moment between its start and its end; and the states that
 * calls met must follow each other as the calls did.
 */
import type { Attribution, Problem } from './attribution.ts';
import { type Call, isReading, type Mutation, nameOf } from './call.ts';
import { type Result, run } from './model.ts';
import { endOfClaimMs, fits } from './model-card.ts';
import { RealTimeOrder } from './order.ts';
import { difference } from './story.ts';
import type { Timeline } from './timeline.ts';

/** Says that the lock was taken from the caller; what justifies that is a takeover, not a card. */
const LOST = 'LOCK_LOST';

export function checkUnchanged(
  calls: readonly Call[],
  { changed }: Attribution,
  timeline: Timeline,
  segmentsOpenedMs: readonly number[],
): readonly Problem[] {
  const problems: Problem[] = [];
  const order = new RealTimeOrder();
  for (const call of calls.toSorted((a, b) => a.startUs - b.startUs)) {
    const { operation, outcome } = call;
    if (isReading(operation) || outcome === null || changed.has(call)) continue;
    if (outcome.kind === 'refused' && outcome.code === 'OUTCOME_UNKNOWN') continue;
    if (outcome.kind === 'refused' && outcome.code === LOST) {
      if (!isTakenOver(call, timeline, segmentsOpenedMs))
        problems.push({ text: `${nameOf(call)} lost the lock, and nobody had taken it.`, id: null });
      continue;
    }
    const floor = order.floorAt(call.startUs);
    const state = stateThatJustifies(call, operation, timeline, floor);
    if (state === null) problems.push(unjustified(call, operation, timeline));
    else order.saw(state, call.endUs);
  }
  return problems;
}

/**
 * A taker-over has the lock before it opens its segment, and can be stopped or killed in between. But nobody can change
 * anything before some taker-over has opened one: so the first segment after the call began is in time if it came
 * before the call ended, or before anything changed after that.
 */
function isTakenOver(call: Call, timeline: Timeline, segmentsOpenedMs: readonly number[]): boolean {
  const next = segmentsOpenedMs.find((ms) => ms >= call.startWallMs);
  if (next === undefined) return false;
  return next <= call.endWallMs || !timeline.changesBetween(call.endWallMs, next);
}

/** The first state from `floor` on that the call can have met and that explains what it was told. */
function stateThatJustifies(call: Call, operation: Mutation, timeline: Timeline, floor: number): number | null {
  const { first, last } = timeline.statesDuring(call);
  for (let state = Math.max(first, floor); state <= last; state += 1) {
    for (const nowMs of momentsIn(call, timeline, state)) {
      if (isJust(call, run(timeline.world(state), operation, nowMs, call.actor))) return state;
    }
  }
  return null;
}

function isJust({ operation, outcome }: Call, result: Result): boolean {
  if (outcome?.kind === 'refused') return result.kind === 'refused' && result.code === outcome.code;
  if (result.kind === 'refused' || !fits(result.answer, outcome?.value)) return false;
  // What a waiting claim took back on the way has been accounted for.
  return result.steps.length === 0 || (operation.op === 'claimWaiting' && result.answer === null);
}

/**
 * Time decides about claims and dates, so each state is looked at from its beginning to its end, as far as the call saw
 * it: at both ends, and whenever a claim runs out or a date passes in between.
 */
function momentsIn(call: Call, timeline: Timeline, state: number): readonly number[] {
  const fromMs = Math.max(call.startWallMs, timeline.begunMs(state));
  const toMs = Math.min(call.endWallMs, timeline.begunMs(state + 1));
  if (toMs < fromMs) return [];
  const moments = [fromMs, toMs];
  if (toMs - fromMs < 2) return moments;
  // A rehearsal says what time it would have been.
  const { outcome } = call;
  const told = outcome?.kind === 'answered' ? JSON.stringify(outcome.value) : '';
  for (const [, at] of told.matchAll(/"updatedAt":"([^"]+)"/g)) moments.push(Date.parse(at ?? ''));
  for (const card of timeline.world(state).cards()) {
    const claimEndMs = endOfClaimMs(card);
    for (const turnMs of [claimEndMs, card.notBefore === null ? null : Date.parse(card.notBefore)]) {
      if (turnMs === null) continue;
      for (const ms of [turnMs - 1, turnMs]) if (ms > fromMs && ms < toMs) moments.push(ms);
    }
  }
  return moments.filter((ms) => fromMs <= ms && ms <= toMs).sort((a, b) => a - b);
}

function unjustified(call: Call, operation: Mutation, timeline: Timeline): Problem {
  const { first, last } = timeline.statesDuring(call);
  const [nowMs] = momentsIn(call, timeline, last);
  const result = run(timeline.world(last), operation, nowMs ?? call.endWallMs, call.actor);
  const { outcome } = call;
  const told = outcome?.kind === 'refused' ? `refused with ${outcome.code} (${outcome.message})` : 'answered';
  const instead =
    result.kind === 'refused'
      ? `would be refused with ${result.code}`
      : `would take ${result.steps.length} steps, and answer: ${difference(result.answer, outcome?.kind === 'answered' ? outcome.value : null)}`;
  const id = 'id' in operation && typeof operation.id === 'string' ? operation.id : null;
  const text =
    `${nameOf(call)} was ${told}, and no state between its start and its end explains that ` +
    `(transactions ${first} to ${last}); at the last one it ${instead}. Asked: ${JSON.stringify(operation).slice(0, 300)}`;
  return { text, id };
}
