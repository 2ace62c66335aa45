/** Starting and stopping agents: every one is attempted, whatever becomes of the others, and how each went is reported. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../host/clock.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import type { Pane, Tmux } from '../../host/tmux.ts';
import { heartbeatFolder } from '../heartbeat/heartbeat-file.ts';
import { heartOf, judgedHeartbeats } from '../heartbeat/judged-heartbeats.ts';
import type { Agent } from '../roster/roster.ts';
import { agentPanes } from './agent-pane.ts';
import type { Launch } from './launch.ts';
import { TAGS, paneOf } from './panes.ts';
import { type Around, alone, did, runSteps, type Step, type StepResult } from './steps.ts';
import type { Transport } from './transport.ts';

export interface Life {
  readonly transport: Transport;
  readonly tmux: Tmux;
  readonly launch: Launch;
}

/** An agent that has not beaten by then is not up, or too slow to be told from one that is not. */
const UP_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** @param around what comes before each step; see `guarded-restart.ts` */
export async function startAgents(
  life: Life,
  agents: readonly Agent[],
  around?: Around,
): Promise<readonly StepResult[]> {
  const { transport } = life;
  const before = await deadPanes(life);
  const started = await runSteps(transport.starting(agents), around);
  const memory = transport.remembering(namesOf(agents), 'wanted');
  const remembered = memory === null ? [] : await runSteps([memory], around);
  const up = await Promise.all(
    started.map(async (result) => (result.deed === 'started' ? whenUp(life, result, before) : result)),
  );
  return [...up, ...remembered];
}

/** @param withServer the tmux server, too, after all of them */
export async function stopAgents(
  life: Life,
  names: readonly string[],
  { withServer }: { readonly withServer: boolean },
): Promise<readonly StepResult[]> {
  const { transport } = life;
  const memory = transport.remembering(names, 'not-wanted');
  const forgetting = memory === null ? [] : [memory];
  const stopped = await runSteps([...transport.stopping(names), ...forgetting]);
  return withServer ? [...stopped, ...(await runSteps(transport.stoppingServer()))] : stopped;
}

/** The roster's, and those that run though they are not in it any more. */
export async function namesToStop({ tmux }: Life, agents: readonly Agent[]): Promise<readonly string[]> {
  const panes = await tmux.panes(TAGS);
  // Where tmux does not answer, those of the roster are attempted all the same.
  const tags = panes.kind === 'answer' ? panes.value.map(({ tag }) => tag).filter((tag) => tag !== '') : [];
  return [...new Set([...namesOf(agents), ...tags])];
}

function namesOf(agents: readonly Agent[]): readonly string[] {
  return agents.map(({ name }) => name);
}

/** What is left of runs before, until systemd comes to replace it, says nothing of this one. */
async function deadPanes({ tmux }: Life): Promise<ReadonlySet<string>> {
  const panes = await tmux.panes(TAGS);
  return new Set(panes.kind === 'answer' ? panes.value.filter(({ isDead }) => isDead).map(idOf) : []);
}

/** A new server counts its panes anew. */
function idOf({ paneId, pid }: Pane): string {
  return `${paneId} ${pid}`;
}

/** Started is what has said a first word, and not what has ended at once. */
async function whenUp(life: Life, result: StepResult, before: ReadonlySet<string>): Promise<StepResult> {
  const look: Step = {
    name: `look at ${result.subject}`,
    subject: result.subject,
    run: async () => (await failureAtOnce(life, result.subject, before)) ?? result,
  };
  return (await alone(look)) ?? result;
}

/** Null when it is up. */
async function failureAtOnce(
  { tmux, launch, transport }: Life,
  name: string,
  before: ReadonlySet<string>,
): Promise<StepResult | null> {
  const folder = heartbeatFolder(launch.mosaicHome);
  const overMs = systemClock.monotonicMs() + UP_LIMIT_MS;
  const hint = `See more with: ${transport.whereToLook(name)}`;
  while (systemClock.monotonicMs() < overMs) {
    const pane = paneOf(await agentPanes(tmux), name);
    if (pane?.isDead === true && !before.has(idOf(pane))) {
      if (pane.deadStatus === 0) return did(name, 'ended');
      const text = await tmux.capture(pane.paneId, 50);
      return did(
        name,
        'failed',
        `it ended at once: ${text.kind === 'answer' ? lastWords(text.value) : 'nobody knows why'}`,
      );
    }
    const heart = pane === null ? null : heartOf(judgedHeartbeats(folder, currentIdentity()), name, pane.pid);
    if (heart !== null && heart.liveness !== 'dead') return null;
    const reason = pane === null ? await transport.givenUpOn(name) : null;
    if (reason !== null) return { ...did(name, 'failed', reason), hint };
    await sleep(LOOK_EVERY_MS);
  }
  return { ...did(name, 'failed', `nothing was heard of it for ${UP_LIMIT_MS / 1000} s`), hint };
}

/** What went wrong, and what to do about it. tmux's own line about a dead pane says nothing that was not said. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Pane is dead'));
  const words = lines.slice(-2).map((line) => line.trim());
  return words.length === 0 ? 'without a word' : words.join(' ');
}
