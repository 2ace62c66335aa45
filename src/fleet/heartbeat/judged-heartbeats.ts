/** Heartbeats with what is known of their processes, and which of them is that of a process one has found. */
import { hasProcessGroup, livenessOf, type ProcessIdentity } from '../../host/process-identity.ts';
import type { Judged } from './heartbeat.ts';
import { type HeartbeatFile, readHeartbeats } from './heartbeat-file.ts';

export interface JudgedFile extends HeartbeatFile, Judged {}

export function judgedHeartbeats(folder: string, self: ProcessIdentity): readonly JudgedFile[] {
  return readHeartbeats(folder).map((file) => {
    const { process: other, doing } = file.heartbeat;
    const liveness = livenessOf(other, self);
    // The command of a session is in its own group.
    const group = doing.kind === 'working' ? doing.group : other.pid;
    const isGroupGone = liveness === 'dead' && (other.bootId !== self.bootId || isGone(group));
    return { ...file, liveness, isGroupGone };
  });
}

/** A command begins only after its group has been written down; without one there was none. */
function isGone(group: number | null): boolean {
  return group === null || !hasProcessGroup(group);
}

/** Of those that died one may have had the same pid, so one that lives comes first. Null when it has not beaten yet. */
export function heartOf(files: readonly JudgedFile[], owner: string, pid: number): JudgedFile | null {
  const own = files.filter(({ heartbeat }) => heartbeat.owner === owner && heartbeat.process.pid === pid);
  return own.find(({ liveness }) => liveness !== 'dead') ?? own[0] ?? null;
}
