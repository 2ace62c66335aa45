/**
 * A restart: all of it down, the tmux server too, and up again in the order of the roster; or one agent. One at a time is
 * at work, and before each step it looks whether it still is the one.
 */
import { type Life, startAgents } from '../life/life.ts';
import { alone, type Around, runSteps, type StepResult } from '../life/steps.ts';
import type { Agent } from '../roster/roster.ts';
import type { RestartLock } from './restart-lock.ts';

export interface RestartScope {
  /** What is brought down; also what runs and is not in the roster any more. */
  readonly names: readonly string[];
  /** What is brought up. */
  readonly agents: readonly Agent[];
  readonly withServer: boolean;
}

/**
 * @param lock is held by the caller, who gives it back
 * @throws MosaicError RESTART_LOST when another restart has taken over
 */
export async function restartAgents(
  life: Life,
  scope: RestartScope,
  lock: RestartLock,
): Promise<readonly StepResult[]> {
  const { transport } = life;
  const guarded: Around = (step) => lock.step(step.name, (lost) => alone(step, lost));
  const server = scope.withServer ? transport.stoppingServer() : [];
  const stopped = await runSteps([...transport.stopping(scope.names), ...server], guarded);
  return [...stopped, ...(await startAgents(life, scope.agents, guarded))];
}
