/** The fleet as it is at this moment, found out anew each time from what runs: tmux, systemd, heartbeats, the backlog. */
import type { Backlog } from '../../backlog/backlog.ts';
import type { Card } from '../../card/card.ts';
import { claimEndMs } from '../../card/expiry.ts';
import { toTimestamp } from '../../card/time.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import { wordsOf } from '../../host/process-words.ts';
import type { Systemd, UnitState } from '../../host/systemd.ts';
import type { Pane, Tmux, TmuxAnswer } from '../../host/tmux.ts';
import { type Pulse, pulseOf } from '../heartbeat/heartbeat.ts';
import { heartbeatFolder } from '../heartbeat/heartbeat-file.ts';
import { heartOf, type JudgedFile, judgedHeartbeats } from '../heartbeat/judged-heartbeats.ts';
import { readRestartLock } from '../restart/read-restart-lock.ts';
import { restartLockPath } from '../restart/take-restart-lock.ts';
import type { Roster } from '../roster/roster.ts';
import { type AgentState, type Seen, type SeenPane, stateOf } from './agent-state.ts';
import { isAgentProcess } from './launch.ts';
import { TAGS, paneOf } from './panes.ts';
import { unitOf } from './units.ts';

export interface StatusCard {
  readonly id: string;
  readonly title: string;
  readonly attempt: number;
  readonly claimedAt: string | null;
  readonly expiresAt: string | null;
}

export interface AgentStatus {
  readonly name: string;
  /** False for one that runs and has been taken out. */
  readonly isInRoster: boolean;
  readonly state: AgentState;
  readonly pane: string | null;
  readonly pid: number | null;
  readonly cards: readonly StatusCard[];
  /** Since when it does what it does; null where nobody has said. */
  readonly since: string | null;
  readonly lastBeatAt: string | null;
  /** How often it was started again by itself: its process by systemd, a session's command by its process. */
  readonly restarts: number;
  /** What its process ended with. */
  readonly exitStatus: number | null;
  readonly exitSignal: number | null;
  /** Until when it takes no card. */
  readonly pausedUntil: string | null;
}

/** A worker that no pane of the fleet holds: somebody has started it by hand. */
export interface OtherWorker {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly pulse: Pulse;
  readonly lastBeatAt: string;
  readonly cards: readonly StatusCard[];
}

export interface FleetStatus {
  readonly at: string;
  readonly startedBy: 'systemd' | 'tmux';
  readonly server: 'running' | 'not-running' | 'unknown';
  /** Why it is not known. */
  readonly reason: string | null;
  /** Who restarts at this moment; null when nobody does. */
  readonly restart: { readonly pid: number } | null;
  readonly agents: readonly AgentStatus[];
  readonly others: readonly OtherWorker[];
}

export interface StatusSources {
  readonly mosaicHome: string;
  readonly roster: Roster;
  readonly tmux: Tmux;
  /** Null where no units are installed. */
  readonly systemd: Systemd | null;
  readonly backlog: Backlog;
  readonly nowMs: number;
}

export async function fleetStatus(sources: StatusSources): Promise<FleetStatus> {
  const { roster, tmux, systemd, mosaicHome, nowMs } = sources;
  const asked = await tmux.panes(TAGS);
  const panes = asked.kind === 'answer' ? asked.value : [];
  const isKnown = asked.kind === 'answer' || asked.kind === 'no-server';
  const hearts = judgedHeartbeats(heartbeatFolder(mosaicHome), currentIdentity());
  const claims = await claimsByOwner(sources.backlog);
  const listed = roster.agents.map(({ name }) => name);
  const running = panes.map(({ tag }) => tag).filter((tag) => tag !== '');
  const names = [...new Set([...listed, ...running])];
  const units = await unitsOf(systemd, names);
  const agents = await Promise.all(
    names.map(async (name, index) => {
      const pane = paneOf(panes, name);
      return agentStatus({
        ...{ name, isInRoster: listed.includes(name), pane, nowMs },
        ...{ heart: pane === null ? null : heartOf(hearts, name, pane.pid), unit: units?.[index] ?? null },
        seenPane: isKnown ? await seenPane(pane) : 'unknown',
        cards: claims.get(name) ?? [],
        hasUnit: systemd !== null,
      });
    }),
  );
  return {
    at: toTimestamp(nowMs),
    startedBy: systemd === null ? 'tmux' : 'systemd',
    server: !isKnown ? 'unknown' : asked.kind === 'answer' ? 'running' : 'not-running',
    restart: restartUnderWay(mosaicHome),
    reason: whyUnknown(asked),
    agents,
    others: othersAmong(hearts, panes, claims, nowMs),
  };
}

/** That we find no tmux here says nothing of a server that somebody with another PATH has started. */
function whyUnknown(asked: TmuxAnswer<unknown>): string | null {
  if (asked.kind === 'missing') return 'There is no tmux on the PATH here.';
  return asked.kind === 'unknown' || asked.kind === 'refused' ? asked.reason : null;
}

/** The lock of one that died is no restart. */
function restartUnderWay(mosaicHome: string): FleetStatus['restart'] {
  const lock = readRestartLock(restartLockPath(mosaicHome));
  return lock?.kind === 'held' && lock.liveness !== 'dead' ? { pid: lock.pid } : null;
}

interface AgentSources {
  readonly name: string;
  readonly isInRoster: boolean;
  readonly pane: Pane | null;
  readonly seenPane: SeenPane | null | 'unknown';
  readonly heart: JudgedFile | null;
  readonly hasUnit: boolean;
  readonly unit: UnitState | null;
  readonly cards: readonly Card[];
  readonly nowMs: number;
}

function agentStatus(sources: AgentSources): AgentStatus {
  const { name, isInRoster, pane, heart, unit, cards, nowMs } = sources;
  const beat = heart?.heartbeat ?? null;
  const state = stateOf({
    pane: sources.seenPane,
    unit: sources.hasUnit ? unitStateOf(unit) : null,
    heart:
      heart === null ? null : { pulse: pulseOf(heart.heartbeat, heart.liveness, nowMs), doing: heart.heartbeat.doing },
    claims: cards.length,
  });
  return {
    name,
    isInRoster,
    state,
    pane: pane?.paneId ?? null,
    pid: pane === null || pane.isDead ? null : pane.pid,
    cards: cards.map((card) => statusCard(card, nowMs)),
    since: beat?.doing.since ?? null,
    lastBeatAt: beat?.beatAt ?? null,
    restarts: (unit?.restarts ?? 0) + (beat?.restarts ?? 0),
    exitStatus: pane?.deadStatus ?? null,
    exitSignal: pane?.deadSignal ?? null,
    pausedUntil: beat?.doing.kind === 'paused' ? beat.doing.until : null,
  };
}

const UNIT_STATES = ['active', 'inactive', 'failed', 'activating', 'deactivating'] as const;

function unitStateOf(unit: UnitState | null): Seen['unit'] {
  return UNIT_STATES.find((state) => state === unit?.active) ?? 'unknown';
}

async function seenPane(pane: Pane | null): Promise<SeenPane | null> {
  if (pane === null) return null;
  const { isDead, deadStatus, pid, tag } = pane;
  return { isDead, deadStatus, isAgent: !isDead && isAgentProcess(await wordsOf(pid), tag) };
}

/** Null where systemd does not answer, or is not asked. */
async function unitsOf(systemd: Systemd | null, names: readonly string[]): Promise<readonly UnitState[] | null> {
  const answer = await systemd?.show(...names.map(unitOf));
  return answer?.kind === 'answer' ? answer.value : null;
}

async function claimsByOwner(backlog: Backlog): Promise<ReadonlyMap<string, readonly Card[]>> {
  const { cards } = await backlog.list({ status: 'claimed' });
  const owners = new Set(cards.map(({ claimOwner }) => claimOwner ?? ''));
  return new Map([...owners].map((owner) => [owner, cards.filter(({ claimOwner }) => claimOwner === owner)]));
}

function statusCard(card: Card, nowMs: number): StatusCard {
  const { id, title, attempts, claimedAt } = card;
  const endMs = claimEndMs(card, nowMs);
  return {
    ...{ id, title, attempt: attempts, claimedAt },
    expiresAt: endMs === null ? null : toTimestamp(endMs),
  };
}

const FORGOTTEN_MS = 86_400_000;

function othersAmong(
  hearts: readonly JudgedFile[],
  panes: readonly Pane[],
  claims: ReadonlyMap<string, readonly Card[]>,
  nowMs: number,
): readonly OtherWorker[] {
  const inPanes = new Set(panes.map(({ pid, tag }) => `${tag} ${pid}`));
  return (
    hearts
      .filter(({ heartbeat: { owner, process } }) => !inPanes.has(`${owner} ${process.pid}`))
      // Of what cannot be proven dead, on another host or in a container that is gone, nobody will ever hear again.
      .filter(
        ({ heartbeat, liveness }) => liveness !== 'unknown' || nowMs - Date.parse(heartbeat.beatAt) < FORGOTTEN_MS,
      )
      .map(({ heartbeat, liveness }) => ({
        owner: heartbeat.owner,
        pid: heartbeat.process.pid,
        host: heartbeat.process.host,
        pulse: pulseOf(heartbeat, liveness, nowMs),
        lastBeatAt: heartbeat.beatAt,
        cards: (claims.get(heartbeat.owner) ?? []).map((card) => statusCard(card, nowMs)),
      }))
  );
}
