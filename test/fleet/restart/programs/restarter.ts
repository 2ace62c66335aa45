/**
 * A restart that does nothing but its steps: each notes in a log that it was entered and left. What else happens it says
 * on stdout, a line each; in the step it is to hold, it waits for a line on stdin, or until it has lost the lock.
 * usage: restarter HOME LOG PLAN
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { openRegistryMutex } from '../../../../src/backlog/open.ts';
import { MosaicError } from '../../../../src/errors.ts';
import type { RestartEvent } from '../../../../src/fleet/restart/restart-lock.ts';
import { type RestartTimes, USUAL_TIMES } from '../../../../src/fleet/restart/restart-lock-rules.ts';
import { restartLockPath, takeRestartLock } from '../../../../src/fleet/restart/take-restart-lock.ts';

export interface Plan {
  readonly steps: number;
  readonly stepMs: number;
  /** From 0; null holds none. */
  readonly holdIn: number | null;
  /** Goes on in the step it holds though it has lost the lock. */
  readonly isDeaf: boolean;
  readonly times: Partial<RestartTimes>;
}

const [mosaicHome = '', log = '', words = ''] = process.argv.slice(2);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test that starts it has made it of a Plan
const plan = JSON.parse(words) as Plan;
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const mutex = openRegistryMutex({ mosaicHome });
const times = { ...USUAL_TIMES, ...plan.times };
const lock = await takeRestartLock({ mutex, path: restartLockPath(mosaicHome), times, tell, signal: stop.signal });
if (lock === null) say('interrupted');
else {
  say('acquired');
  try {
    for (let step = 0; step < plan.steps; step += 1) {
      await lock.step(`step ${step}`, (lost) => work(step, lost, lock.token));
    }
  } catch (error) {
    if (!(error instanceof MosaicError)) throw error;
    say(`${error.code} ${error.message}`);
  }
  say((await lock.release()) ? 'released' : 'released late');
}
mutex.close();
process.stdin.destroy();

async function work(step: number, lost: AbortSignal, token: string): Promise<void> {
  const name = token.slice(0, 8);
  appendFileSync(log, `enter ${name} ${step}\n`);
  try {
    if (step === plan.holdIn) await hold(lost);
    else await sleep(plan.stepMs, undefined, { signal: lost });
  } finally {
    appendFileSync(log, `leave ${name} ${step}\n`);
  }
}

async function hold(lost: AbortSignal): Promise<void> {
  say('holding');
  await once(process.stdin, 'data', plan.isDeaf ? {} : { signal: lost });
}

function tell(event: RestartEvent): Promise<void> {
  const whom = event.owner === null ? 'nobody knows whom' : String(event.owner.pid);
  say(event.kind === 'waiting' ? `waiting for ${whom}` : `taken over from ${whom}: ${event.why}`);
  return Promise.resolve();
}

function say(what: string): void {
  process.stdout.write(`${what}\n`);
}
