/** What processes leave behind that were killed: their staging folders. */
import type { FileSystem } from '../../disk/filesystem.ts';
import { removeStaging } from '../../disk/staging.ts';
import { type Liveness, parseIdentity, type ProcessIdentity } from '../../host/process-identity.ts';
import type { StorePaths } from './form/layout.ts';

type LivenessOf = (other: ProcessIdentity) => Liveness;

/** The staging folders of processes that are proven dead. */
export function deadStagings(files: FileSystem, paths: StorePaths, livenessOf: LivenessOf): readonly string[] {
  const dead: string[] = [];
  for (const token of files.list(paths.staging) ?? []) {
    const folder = `${paths.staging}/${token}`;
    const bytes = files.stat(folder)?.kind === 'folder' ? files.readFile(`${folder}/identity.json`) : null;
    const other = bytes === null ? null : parseIdentity(new TextDecoder().decode(bytes));
    if (other !== null && livenessOf(other) === 'dead') dead.push(folder);
  }
  return dead;
}

/** Removes them, and returns which. */
export function sweepStagings(files: FileSystem, paths: StorePaths, livenessOf: LivenessOf): readonly string[] {
  const dead = deadStagings(files, paths, livenessOf);
  for (const folder of dead) removeStaging(files, folder);
  return dead;
}
