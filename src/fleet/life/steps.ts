/**
 * What starting and stopping a fleet is made of: steps, each one or a few calls of tmux or systemd, and each with a
 * result of its own, so that one that fails keeps no other from being tried. Whoever runs them decides what comes between.
 */
import { MosaicError } from '../../errors.ts';

export type Deed =
  'started' | 'ended' | 'already-running' | 'stopped' | 'stopped-by-force' | 'not-running' | 'left-alone' | 'failed';

export interface StepResult {
  /** The agent, or `tmux server`. */
  readonly subject: string;
  readonly deed: Deed;
  /** Why, where the deed does not say it all. */
  readonly reason: string | null;
  readonly hint: string | null;
}

export interface Step {
  /** As it is said to whoever waits: `stop coder0`. */
  readonly name: string;
  readonly subject: string;
  /**
   * Nothing when another step of the same subject says how it went.
   *
   * @param lost aborted when it is somebody else's turn now: what waits, waits no longer
   */
  run(lost: AbortSignal): Promise<StepResult | null>;
}

export const SERVER = 'tmux server';

export function did(subject: string, deed: Deed, reason: string | null = null): StepResult {
  return { subject, deed, reason, hint: null };
}

export function didByForce(subject: string): StepResult {
  return did(subject, 'stopped-by-force', 'it did not end by itself in time');
}

/** Runs a step, and whatever has to come before it. */
export type Around = (step: Step) => Promise<StepResult | null>;

/** Runs every step, also after one that failed. @param run runs one; what it throws of its own ends everything */
export async function runSteps(
  steps: readonly Step[],
  run: Around = (step) => alone(step),
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const result = await run(step);
    if (result !== null) results.push(result);
  }
  return results;
}

const NEVER: AbortSignal = new AbortController().signal;

/** A step that fails is a result, too. */
export async function alone(step: Step, lost: AbortSignal = NEVER): Promise<StepResult | null> {
  try {
    return await step.run(lost);
  } catch (error) {
    if (!(error instanceof MosaicError) || error.code === 'INTERNAL') throw error;
    return { subject: step.subject, deed: 'failed', reason: error.message, hint: error.hint };
  }
}
