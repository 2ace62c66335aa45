/**
 * One agent's pane: made, told to end, and removed. It is made with the mark that says whose it is, in the same step, and
 * only marked panes are ever touched. What a dead one shows is kept before it goes, because it holds the last words.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MosaicError } from '../../errors.ts';
import { systemClock } from '../../host/clock.ts';
import type { Pane, Tmux, TmuxAnswer } from '../../host/tmux.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import { wordsOf } from '../../host/process-words.ts';
import { heartbeatFolder } from '../heartbeat/heartbeat-file.ts';
import { type JudgedFile, judgedHeartbeats } from '../heartbeat/judged-heartbeats.ts';
import { agentWords, isAgentProcess, type Launch, passedOn } from './launch.ts';
import { AGENT_TAG, type KeptBy, KEEPER_TAG, paneOf, TAGS } from './panes.ts';

/** The option of a session that was made for an agent. */
const SESSION_TAG = '@mosaic-session';
/** tmux's own size for a window nobody looks at is too narrow for what agents draw. */
const SIZE: readonly string[] = ['-x', '200', '-y', '50'];
const HISTORY_LINES = 20_000;
/** Before the first session: a server without one stays, a pane whose program has ended stays, nothing hangs on a client. */
const SERVER_OPTIONS: readonly string[] = [
  ...['set-option', '-s', 'exit-empty', 'off', ';'],
  ...['set-option', '-g', 'remain-on-exit', 'on', ';'],
  ...['set-option', '-g', 'destroy-unattached', 'off', ';'],
  ...['set-option', '-g', 'history-limit', String(HISTORY_LINES)],
];

const LOOK_EVERY_MS = 50;
/** What was told to end, or whose guard ends it, has ended by then. */
const NAME_LIMIT_MS = 15_000;
/** It has been told to end long before its terminal goes. */
const HANG_UP_LIMIT_MS = 1000;

/** @throws MosaicError TMUX_UNKNOWN, TMUX_MISSING: nothing is known, and nothing may be concluded */
export async function agentPanes(tmux: Tmux): Promise<readonly Pane[]> {
  const answer = await tmux.panes(TAGS);
  return answer.kind === 'no-server' ? [] : known(answer);
}

/** @throws MosaicError TMUX_UNKNOWN, TMUX_MISSING, AGENT_FAILED */
export function known<T>(answer: TmuxAnswer<T>): T {
  switch (answer.kind) {
    case 'answer':
      return answer.value;
    case 'missing':
      throw new MosaicError({
        code: 'TMUX_MISSING',
        message: 'tmux is not installed, and agents live in it. Nothing was changed.',
        hint: 'Install tmux 3.2 or newer, then run the same command again.',
      });
    case 'unknown':
      throw new MosaicError({
        code: 'TMUX_UNKNOWN',
        message: `tmux does not answer, so nothing is known of the agents: ${answer.reason}. They may well be at work.`,
        hint: 'Wait a moment, then look with: mosaic fleet status',
      });
    case 'no-server':
      throw new MosaicError({
        code: 'AGENT_FAILED',
        message: 'The tmux server of the fleet does not run.',
        hint: 'Start it with: mosaic fleet start',
      });
    case 'refused':
      throw new MosaicError({ code: 'AGENT_FAILED', message: `${answer.reason}.` });
  }
}

export type Started = 'started' | 'already-running';

export interface PaneStart {
  readonly launch: Launch;
  readonly name: string;
  /** Where it begins; absolute, and there. */
  readonly folder: string;
  readonly keptBy: KeptBy;
}

/**
 * Starts the agent in a session of its own name, on a server that runs.
 *
 * @throws MosaicError as `known`, and AGENT_FAILED when its place or its name is taken
 */
export async function startPane(tmux: Tmux, start: PaneStart): Promise<Started> {
  const { launch, name, folder, keptBy } = start;
  const pane = paneOf(await agentPanes(tmux), name);
  if (pane !== null && !pane.isDead) {
    if (isAgentProcess(await wordsOf(pane.pid), name)) return 'already-running';
    throw strayShell(name, pane);
  }
  if (pane !== null) await removePane(tmux, pane, launch.mosaicHome);
  await untilNameIsFree(launch, name);
  const words = agentWords(launch, name).map(literal);
  const surroundings = passedOn(launch).flatMap((one) => ['-e', literal(one)]);
  const place = [...SERVER_OPTIONS, ';', 'new-session', '-d', '-s', name, ...SIZE];
  const answer = await tmux.command(
    ...[...place, '-c', literal(folder), ...surroundings, '--', ...words],
    ...[';', 'set-option', '-p', '-t', `=${name}:`, AGENT_TAG, name],
    ...[';', 'set-option', '-p', '-t', `=${name}:`, KEEPER_TAG, keptBy],
    ...[';', 'set-option', '-t', `=${name}:`, SESSION_TAG, name],
  );
  if (answer.kind !== 'refused' || !answer.reason.includes('duplicate session')) {
    known(answer);
    return 'started';
  }
  // Either somebody else has just started it, or the session was kept by panes that somebody has made in it.
  if (paneOf(await agentPanes(tmux), name) !== null) return 'already-running';
  return startBeside(tmux, start, words, surroundings);
}

/** In a window of its own, in the session that was made for it; a session that somebody else has made is left alone. */
async function startBeside(
  tmux: Tmux,
  { name, folder, keptBy }: PaneStart,
  words: readonly string[],
  surroundings: readonly string[],
): Promise<Started> {
  const sessions = known(await tmux.command('list-sessions', '-F', `#{session_id} t#{${SESSION_TAG}} #{session_name}`));
  const own = sessions.split('\n').find((line) => line.endsWith(` t${name} ${name}`));
  if (own === undefined) {
    throw new MosaicError({
      code: 'AGENT_FAILED',
      message: `${name} was not started: on the fleet’s tmux server is a session of that name that the fleet did not make.`,
      hint: `Give that session another name, then run: mosaic fleet start ${name}`,
    });
  }
  const [sessionId = ''] = own.split(' ');
  const place = ['new-window', '-d', '-P', '-F', '#{pane_id}', '-t', `${sessionId}:`, '-c', literal(folder)];
  const paneId = known(await tmux.command(...place, ...surroundings, '--', ...words)).trim();
  known(
    await tmux.command(
      ...['set-option', '-p', '-t', paneId, AGENT_TAG, name],
      ...[';', 'set-option', '-p', '-t', paneId, KEEPER_TAG, keptBy],
    ),
  );
  return 'started';
}

function strayShell(name: string, { paneId }: Pane): MosaicError {
  return new MosaicError({
    code: 'AGENT_FAILED',
    message: `${name} was not started: in its pane ${paneId} runs something else, which somebody has put there.`,
    hint: `Look at it with: mosaic fleet agent attach ${name}`,
  });
}

/**
 * A process of that name may live where tmux does not show it: it was left behind and is about to end, or the server has
 * lost its socket, or somebody has started a worker of that name by hand. Two of one name would share their claims.
 */
async function untilNameIsFree({ mosaicHome }: Launch, name: string): Promise<void> {
  const overMs = systemClock.monotonicMs() + NAME_LIMIT_MS;
  for (;;) {
    const other = judgedHeartbeats(heartbeatFolder(mosaicHome), currentIdentity()).find(
      (file) => file.heartbeat.owner === name && mayWork(file),
    );
    if (other === undefined) return;
    const { pid } = other.heartbeat.process;
    if (systemClock.monotonicMs() >= overMs) {
      throw new MosaicError({
        code: 'AGENT_FAILED',
        message: `${name} was not started: process ${pid}, or what it has started, is at work under that name, and in no pane that tmux knows of.`,
        hint: `See what it is with: ps -o pid,pgid,args -p ${pid}. Start ${name} again when it has ended.`,
      });
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** It, or what it has started; of what is on another machine nothing can be known, and nothing is waited for. */
function mayWork({ liveness, isGroupGone }: JudgedFile): boolean {
  return liveness === 'alive' || (liveness === 'dead' && !isGroupGone);
}

/** tmux takes a semicolon at the end of a word for the end of a command. */
function literal(word: string): string {
  return word.endsWith(';') ? `${word.slice(0, -1)}\\;` : word;
}

/** Tells the agent in the pane to end. @returns false when no agent is in it, but something else, or nothing */
export async function tellToStop(pane: Pane): Promise<boolean> {
  if (pane.isDead || !isAgentProcess(await wordsOf(pane.pid), pane.tag)) return false;
  try {
    process.kill(pane.pid, 'SIGTERM');
  } catch {
    // It has just ended by itself.
  }
  return true;
}

export interface StopLimit {
  /** 0 does not wait. */
  readonly limitMs: number;
  /** Aborted when to wait and to remove is not ours any more. */
  readonly lost?: AbortSignal;
}

/**
 * Waits until the agent in the pane has ended, and removes the pane, with what is still in it when that takes too long.
 *
 * @returns whether it had ended by itself
 * @throws MosaicError as `known`
 */
export async function clearPane(
  tmux: Tmux,
  pane: Pane,
  mosaicHome: string,
  { limitMs, lost }: StopLimit,
): Promise<boolean> {
  let last = await paneAgain(tmux, pane);
  const overMs = systemClock.monotonicMs() + limitMs;
  while (last?.isDead === false && systemClock.monotonicMs() < overMs) {
    await sleep(LOOK_EVERY_MS);
    lost?.throwIfAborted();
    last = await paneAgain(tmux, pane);
  }
  if (last === null) return true;
  await removePane(tmux, last, mosaicHome);
  if (!last.isDead) await endAgent(last);
  return last.isDead;
}

/** One that hangs does not hear that its terminal has gone either. */
async function endAgent({ pid, tag }: Pane): Promise<void> {
  const overMs = systemClock.monotonicMs() + HANG_UP_LIMIT_MS;
  while (isAgentProcess(await wordsOf(pid), tag)) {
    if (systemClock.monotonicMs() >= overMs) return endNow(pid);
    await sleep(LOOK_EVERY_MS);
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

async function paneAgain(tmux: Tmux, { paneId, pid }: Pane): Promise<Pane | null> {
  return (await agentPanes(tmux)).find((pane) => pane.paneId === paneId && pane.pid === pid) ?? null;
}

async function removePane(tmux: Tmux, pane: Pane, mosaicHome: string): Promise<void> {
  const text = await tmux.capture(pane.paneId, HISTORY_LINES);
  if (text.kind === 'answer') keepLastWords(mosaicHome, pane.tag, text.value);
  // A new server counts its panes anew: only the very pane that was looked at is meant.
  const isSame = `#{==:#{pane_pid},${pane.pid}}`;
  const answer = await tmux.command('if-shell', '-F', '-t', pane.paneId, isSame, `kill-pane -t ${pane.paneId}`);
  // Gone is gone, whoever did it.
  if (answer.kind === 'refused' && answer.reason.includes("can't find pane")) return;
  if (answer.kind !== 'no-server') known(answer);
}

/** Below what was said last, tmux puts blank lines and that the pane is dead. */
function withoutEpitaph(text: string): string {
  return text
    .trimEnd()
    .replace(/\n\s*Pane is dead[^\n]*$/, '')
    .trimEnd();
}

/** What the pane of the run before showed. */
export function lastWordsPath(mosaicHome: string, name: string): string {
  return join(mosaicHome, 'fleet', 'run', `${name}.last.log`);
}

function keepLastWords(mosaicHome: string, name: string, text: string): void {
  const path = lastWordsPath(mosaicHome, name);
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, `${withoutEpitaph(text)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // They are missed, but to stop and to start go on.
  }
}
