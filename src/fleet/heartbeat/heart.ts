/** The heart of one process: says what it does as soon as that changes, and that it is alive every few seconds. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../host/clock.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import type { AgentMode } from '../roster/roster.ts';
import { BEAT_EVERY_MS, type Doing, type Heartbeat } from './heartbeat.ts';
import { heartbeatPath, removeHeartbeat, writeHeartbeat } from './heartbeat-file.ts';

export interface HeartSettings {
  readonly folder: string;
  readonly owner: string;
  readonly mode: AgentMode;
  readonly clock: Clock;
}

/** What it does, without the time since when. */
export type Activity = Doing extends infer Each ? (Each extends Doing ? Omit<Each, 'since'> : never) : never;

export class Heart {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #timer: NodeJS.Timeout;
  #heartbeat: Heartbeat;

  constructor({ folder, owner, mode, clock }: HeartSettings) {
    this.#path = heartbeatPath(folder, owner, randomBytes(4).toString('hex'));
    this.#clock = clock;
    const now = this.#now();
    this.#heartbeat = {
      owner,
      mode,
      process: currentIdentity(),
      startedAt: now,
      beatAt: now,
      doing: { kind: 'waiting', since: now },
      restarts: 0,
    };
    this.#timer = setInterval(() => this.#beat({}), BEAT_EVERY_MS).unref();
    this.#beat({});
  }

  /** From now on it does this. */
  does(activity: Activity): void {
    this.#beat({ doing: { ...activity, since: this.#now() } });
  }

  /** Its command has failed at once too often. */
  pauses(ms: number): void {
    this.does({ kind: 'paused', until: new Date(this.#clock.wallMs() + ms).toISOString() });
  }

  /** The command that works on the card has this process group. */
  hasStarted(group: number): void {
    const { doing } = this.#heartbeat;
    if (doing.kind === 'working') this.#beat({ doing: { ...doing, group } });
  }

  hasRestarted(): void {
    this.#beat({ restarts: this.#heartbeat.restarts + 1 });
  }

  /** Ends with its process; nothing is left to find. */
  stop(): void {
    clearInterval(this.#timer);
    removeHeartbeat(this.#path);
  }

  #beat(news: Partial<Heartbeat>): void {
    this.#heartbeat = { ...this.#heartbeat, ...news, beatAt: this.#now() };
    try {
      writeHeartbeat(this.#path, this.#heartbeat);
    } catch {
      // A full or read-only disk is no reason to stop the work. What stands there is not true any more, and would prove
      // what is not so; without it claims come back by time.
      removeHeartbeat(this.#path);
    }
  }

  #now(): string {
    return new Date(this.#clock.wallMs()).toISOString();
  }
}
