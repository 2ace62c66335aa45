/** `restart`: brings the fleet, or one agent, down and up again, one restart at a time. */
import { openRegistryMutex } from '../../backlog/open.ts';
import { namesToStop } from '../../fleet/life/life.ts';
import { restartAgents } from '../../fleet/restart/guarded-restart.ts';
import type { RestartEvent, RestartLock } from '../../fleet/restart/restart-lock.ts';
import { restartLockPath, takeRestartLock } from '../../fleet/restart/take-restart-lock.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { INTERRUPTED } from '../exit-status.ts';
import { agentName } from '../parse/values.ts';
import { restartWords } from '../print/restart-line.ts';
import { chosen, openFleet } from './open-fleet.ts';
import { reportSteps } from './report-steps.ts';

export const command: RunnableCommand = defineCommand({
  options: { name: agentName('only this agent') },
  details:
    'The tmux server goes down with every session, and all comes up again in the order of the roster. Restarts take ' +
    'turns: a second one waits for the first, takes over from one that has died, and after 30 s of waiting in any case.',
  examples: ['restart', 'restart coder0'],
  async run(context, { name }) {
    const fleet = await openFleet(context);
    const agents = chosen(fleet, name);
    const { mosaicHome } = fleet.place;
    const mutex = openRegistryMutex({ mosaicHome });
    try {
      const lock = await takeRestartLock({
        ...{ mutex, path: restartLockPath(mosaicHome), signal: context.interrupts() },
        tell: (event) => tell(context, event),
      });
      if (lock === null) return INTERRUPTED;
      const withServer = name === undefined;
      const results = await releasing(context, lock, async () => {
        const names = withServer ? await namesToStop(fleet.life, agents) : [name];
        return restartAgents(fleet.life, { names, agents, withServer }, lock);
      });
      return await reportSteps(context, results);
    } finally {
      mutex.close();
    }
  },
});

async function releasing<T>({ output }: Context, lock: RestartLock, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // What went wrong first is what is to be said.
    await lock.release().catch(() => undefined);
    throw error;
  }
  if (!(await lock.release())) {
    const message =
      'Another restart had taken over before this one was through; the agents are as that one leaves them.';
    await output.warn({ code: 'RESTART_LOST', message, hint: 'See how they stand with: mosaic fleet status' });
  }
  return result;
}

async function tell({ output }: Context, event: RestartEvent): Promise<void> {
  const message = restartWords(event);
  if (event.kind === 'taken-over') await output.warn({ code: 'RESTART_TAKEN_OVER', message });
  else await output.hint(message);
}
