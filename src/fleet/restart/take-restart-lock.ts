/** The lock of restarts for the commands: where it is, and with which clock, identity and patience it is taken. */
import { setTimeout } from 'node:timers/promises';
import type { RegistryMutex } from '../../backlog/registry-mutex.ts';
import { systemClock } from '../../host/clock.ts';
import { currentIdentity, livenessOf } from '../../host/process-identity.ts';
import { type RestartEvent, RestartLock } from './restart-lock.ts';
import { type RestartTimes, USUAL_TIMES } from './restart-lock-rules.ts';

export interface TakeRestartLock {
  /** Stays open until the lock is released. */
  readonly mutex: RegistryMutex;
  readonly path: string;
  readonly tell: (event: RestartEvent) => Promise<void>;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly times?: RestartTimes;
}

export function restartLockPath(mosaicHome: string): string {
  return `${mosaicHome}/fleet/run/restart.lock`;
}

/** As `RestartLock.acquire`. */
export async function takeRestartLock(options: TakeRestartLock): Promise<RestartLock | null> {
  const identity = currentIdentity();
  return RestartLock.acquire({
    ...{ times: USUAL_TIMES, ...options },
    ...{ identity, clock: systemClock, random: crypto.randomUUID().replaceAll('-', '') },
    livenessOf: (other) => livenessOf(other, identity),
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
  });
}
