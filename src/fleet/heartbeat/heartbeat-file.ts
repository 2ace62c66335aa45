/**
 * Heartbeats as files under `fleet/run/heartbeats`, one for each process. They can be made again, so nothing is flushed;
 * a reader finds the whole of the last one or of the one before.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { systemErrorCode } from '../../disk/filesystem.ts';
import { parseIdentity, type ProcessIdentity } from '../../host/process-identity.ts';
import type { Heartbeat } from './heartbeat.ts';

const ENDING = '.json';
/** Larger is none of ours. */
const MOST_CHARACTERS = 64 * 1024;

export interface HeartbeatFile {
  readonly path: string;
  readonly heartbeat: Heartbeat;
}

export function heartbeatFolder(mosaicHome: string): string {
  return join(mosaicHome, 'fleet', 'run', 'heartbeats');
}

/** @param token nobody else's; the owner's name is there for people who look into the folder */
export function heartbeatPath(folder: string, owner: string, token: string): string {
  const readable = owner.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  return join(folder, `${readable}.${token}${ENDING}`);
}

/** @throws the system's error */
export function writeHeartbeat(path: string, heartbeat: Heartbeat): void {
  const fresh = `${path}.new`;
  const text = `${JSON.stringify(heartbeat, null, 2)}\n`;
  try {
    writeFileSync(fresh, text, { mode: 0o600 });
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, text, { mode: 0o600 });
  }
  renameSync(fresh, path);
}

export function removeHeartbeat(path: string): void {
  try {
    rmSync(path, { force: true });
    rmSync(`${path}.new`, { force: true });
  } catch {
    // Whoever reads it next finds its process dead.
  }
}

/** All there are; what cannot be read is nobody's sign of life. Empty where there is no folder. */
export function readHeartbeats(folder: string): readonly HeartbeatFile[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(ENDING))
    .flatMap((name) => {
      const path = join(folder, name);
      const heartbeat = readHeartbeat(path);
      return heartbeat === null ? [] : [{ path, heartbeat }];
    });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readHeartbeat(path: string): Heartbeat | null {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > MOST_CHARACTERS ? null : z.parse(schema(), JSON.parse(text));
  } catch {
    return null;
  }
}

/** Made when the first one is read: workers only write. */
function schema(): z.ZodMiniType<Heartbeat> {
  const time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))));
  const count = z.int().check(z.nonnegative());
  // Group 0 would be our own, and 1 everybody's.
  const group = z.nullable(z.int().check(z.gt(1)));
  const identity = z.pipe(
    z.transform((value) => parseIdentity(value)),
    z.custom<ProcessIdentity>((value) => value !== null),
  );
  return z.object({
    owner: z.string(),
    mode: z.enum(['worker', 'session']),
    process: identity,
    startedAt: time,
    beatAt: time,
    doing: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('waiting'), since: time }),
      z.object({ kind: z.literal('working'), since: time, id: z.string(), attempt: count, group }),
      z.object({ kind: z.literal('paused'), since: time, until: time }),
      z.object({ kind: z.literal('running'), since: time }),
    ]),
    restarts: count,
  });
}
