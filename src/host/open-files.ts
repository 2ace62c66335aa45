/**
 * Which processes have files open under a folder: a folder of a database is not to be moved from under its program. Says
 * who is seen using it; that nobody is seen proves nothing, because the processes of others may be hidden from us.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { runProgram } from './run-program.ts';

/** A walk through the folder and all processes; a machine that needs longer has other worries. */
const LSOF_MS = 20_000;

/** @param folder its real path, without links */
export async function processesUsing(folder: string): Promise<readonly number[]> {
  const pids = namesIn('/proc').filter((name) => /^\d+$/.test(name));
  if (pids.length > 0) return pids.filter((pid) => hasOpenFile(pid, folder)).map(Number);
  // Without /proc, as on macOS, there is a program that can tell.
  const asked = { words: ['-t', '+D', folder], environment: process.env, timeoutMs: LSOF_MS };
  const ran = await runProgram({ program: 'lsof', ...asked });
  return ran.kind === 'ended' ? ran.stdout.split('\n').filter(Boolean).map(Number) : [];
}

function hasOpenFile(pid: string, folder: string): boolean {
  const descriptors = `/proc/${pid}/fd`;
  return namesIn(descriptors).some((name) => linkAt(`${descriptors}/${name}`).startsWith(`${folder}/`));
}

/** None where there is nothing that we may see. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
