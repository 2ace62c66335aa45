/** What processes leave behind that were killed: their staging folders. */
import type { FileSystem } from '../../../disk/filesystem.ts';
import { isStaging, removeStaging } from '../../../disk/staging.ts';
import type { Liveness, ProcessIdentity } from '../../../host/process-identity.ts';
import { parseHolder } from '../../../disk/holder-identity.ts';
import type { StorePaths } from '../form/layout.ts';

type LivenessOf = (other: ProcessIdentity) => Liveness;

/** A process says who it is within microseconds of making its folder; one that has not by then never will. */
const NAMELESS_MS = 60_000;

/** The staging folders of processes that are proven dead. */
export function deadStagings(
  files: FileSystem,
  paths: StorePaths,
  livenessOf: LivenessOf,
  nowMs: number,
): readonly string[] {
  const dead: string[] = [];
  for (const token of files.list(paths.staging) ?? []) {
    const folder = `${paths.staging}/${token}`;
    const stat = files.stat(folder);
    if (stat?.kind !== 'folder') continue;
    const bytes = files.readFile(`${folder}/identity.json`)?.bytes ?? null;
    const holder = bytes === null ? null : parseHolder(new TextDecoder().decode(bytes));
    const isDead = holder === null ? nowMs - stat.modifiedMs > NAMELESS_MS : livenessOf(holder.process) === 'dead';
    // Looked at last: those of the living hold thousands of files.
    if (isDead && isStaging(files, folder)) dead.push(folder);
  }
  return dead;
}

/** Removes them, and returns which. */
export function sweepStagings(...from: Parameters<typeof deadStagings>): readonly string[] {
  const [files] = from;
  const dead = deadStagings(...from);
  for (const folder of dead) removeStaging(files, folder);
  return dead;
}
