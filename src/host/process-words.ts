/** The words a process was started with, as far as the system tells. */
import { readFileSync } from 'node:fs';
import { runProgram } from './run-program.ts';

const TIMEOUT_MS = 5000;

/** Empty for a process that is not there, or whose words nobody may see. */
export async function wordsOf(pid: number): Promise<readonly string[]> {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    // No /proc (macOS): `ps` separates them by blanks, which is as good as it gets.
    const words = ['-o', 'args=', '-p', String(pid)];
    const ran = await runProgram({ program: 'ps', words, environment: process.env, timeoutMs: TIMEOUT_MS });
    return ran.kind === 'ended' && ran.status === 0 ? ran.stdout.trim().split(/\s+/) : [];
  }
}
