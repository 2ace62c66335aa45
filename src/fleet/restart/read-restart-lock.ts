/** Who restarts at the moment, for those who only want to know: takes no mutex and waits for nobody. */
import { nodeFileSystem } from '../../disk/node-filesystem.ts';
import { currentIdentity, type Liveness, livenessOf } from '../../host/process-identity.ts';
import { parseLock, processOf } from './restart-lock-rules.ts';

export type RestartLockSeen =
  | {
      readonly kind: 'held';
      readonly pid: number;
      /** Null when its owner did not say. */
      readonly host: string | null;
      /** When its owner last made progress, by the wall clock. */
      readonly progressedMs: number;
      /** Of a dead owner's the next restart takes over at once. */
      readonly liveness: Liveness;
    }
  | { readonly kind: 'unreadable' };

/** @returns null when nobody restarts @throws the system's error */
export function readRestartLock(path: string): RestartLockSeen | null {
  const content = nodeFileSystem.readFile(path);
  if (content === null) return null;
  const owner = parseLock(new TextDecoder().decode(content.bytes));
  if (owner === null) return { kind: 'unreadable' };
  const self = currentIdentity();
  const { pid, progressedMs, process } = owner;
  const liveness = livenessOf(processOf(owner, self), self);
  return { kind: 'held', pid, host: process?.host ?? null, progressedMs, liveness };
}
