/** `__agent`: what runs in an agent's pane; the worker loop on the agent's command, or a session of it. */
import { mosaicHomeOf } from '../../backlog/open.ts';
import { diskError } from '../../disk/file-error.ts';
import { MosaicError } from '../../errors.ts';
import { runSession, type SessionEvent } from '../../fleet/agent/session.ts';
import { reclaimFromTheDead } from '../../fleet/heartbeat/dead-claims.ts';
import { Heart } from '../../fleet/heartbeat/heart.ts';
import { heartbeatFolder } from '../../fleet/heartbeat/heartbeat-file.ts';
import { environmentFileOf, readEnvironmentFile } from '../../fleet/roster/environment-file.ts';
import type { Agent } from '../../fleet/roster/roster.ts';
import { agentIn, readRoster, rosterFileOf } from '../../fleet/roster/roster-file.ts';
import { systemClock } from '../../host/clock.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, type ExitStatus, WRONG_USAGE } from '../exit-status.ts';
import { required } from '../parse/option.ts';
import { agentName } from '../parse/values.ts';
import type { Environment } from '../print/text/screen.ts';
import { sessionLine } from '../print/worker-line.ts';
import { rosterPlaceOf } from '../roster/place.ts';
import { GRACE_MS, runWorker } from './worker-run.ts';

export const command: RunnableCommand = defineCommand({
  options: { name: required(agentName('which agent')) },
  examples: ['__agent coder0'],
  async run(context, { name }) {
    let agent: Agent;
    let environment: Environment;
    try {
      ({ agent, environment } = prepared(context, name));
    } catch (error) {
      // Whoever starts agents again must not do so with one that cannot be started; see the unit of the agents.
      if (!(error instanceof MosaicError)) throw error;
      await context.output.aside(`${error.message}\n${error.hint === null ? '' : `${error.hint}\n`}`);
      return WRONG_USAGE;
    }
    // The pane has gone, or the whole server: the card is handed back as if we had been told to stop.
    process.on('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));
    return agent.mode === 'worker' ? work(context, agent, environment) : session(context, agent, environment);
  },
});

interface Prepared {
  readonly agent: Agent;
  readonly environment: Environment;
}

function prepared(context: Context, name: string): Prepared {
  const place = rosterPlaceOf(context);
  const agent = agentIn(readRoster(place), rosterFileOf(place), name);
  enter(agent);
  const own = environmentOf(environmentFileOf(place.mosaicHome, name));
  return { agent, environment: { ...context.env, MOSAIC_OWNER: name, ...own } };
}

function environmentOf(file: string): Environment {
  try {
    return readEnvironmentFile(file);
  } catch (error) {
    throw diskError(error, file, 'read') ?? error;
  }
}

function enter({ name, cwd }: Agent): void {
  if (cwd === null) return;
  try {
    process.chdir(cwd);
  } catch (error) {
    throw new MosaicError({
      code: 'AGENT_FAILED',
      message: `${name} cannot work in ${cwd}: ${error instanceof Error ? error.message : String(error)}.`,
      hint: 'Make that folder, or give the agent another one in the roster; then start it again.',
      cause: error,
    });
  }
}

async function work(context: Context, agent: Agent, environment: Environment): Promise<ExitStatus> {
  const { name, ttlSeconds, phases, labels, command: words } = agent;
  await runWorker(
    context,
    {
      ...{ owner: name, ttlSeconds, once: false, idleExitSeconds: null },
      phases: phases.length === 0 ? null : phases,
      labels: labels.length === 0 ? null : labels,
    },
    words,
    environment,
  );
  return DONE;
}

/** Ctrl-C is for the program in front, which has the terminal to itself. */
async function session(
  context: Context,
  { name, command: words }: Agent,
  environment: Environment,
): Promise<ExitStatus> {
  const mosaicHome = mosaicHomeOf(context.mosaicHome);
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.on('SIGTERM', stop).on('SIGINT', () => undefined);
  const folder = heartbeatFolder(mosaicHome);
  await reclaimFromTheDead(await context.backlog(), folder, currentIdentity(), name);
  const heart = new Heart({ folder, owner: name, mode: 'session', clock: systemClock });
  try {
    await runSession({
      ...{ words, heart, graceMs: GRACE_MS, signal: stopped.signal },
      environment: { ...environment, MOSAIC_HOME: mosaicHome },
      monotonicMs: () => systemClock.monotonicMs(),
      tell: (event: SessionEvent) => context.output.aside(sessionLine(event, context.output.errorScreen)),
    });
  } finally {
    heart.stop();
  }
  return DONE;
}
