/** The registry lock as anybody can see it in its folder: who holds it at this moment. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Holder {
  readonly generation: number;
  readonly pid: number;
  /** The name of its staging folder. */
  readonly token: string;
}

/** Null when nobody holds it, or when it changed while we looked. */
export function holderOf(root: string): Holder | null {
  try {
    const names = readdirSync(`${root}/registry.lock`);
    const generation = highest(names);
    if (generation === 0 || names.includes(`${generation}.free`) || names.includes(`${generation}.open`)) return null;
    const identity: unknown = JSON.parse(readFileSync(`${root}/registry.lock/${generation}`, 'utf8'));
    if (typeof identity !== 'object' || identity === null || !('pid' in identity) || !('token' in identity))
      return null;
    return typeof identity.pid === 'number' ? { generation, pid: identity.pid, token: String(identity.token) } : null;
  } catch {
    return null;
  }
}

/** How far a holder has got with its change: nothing written, its files prepared, or its line in the journal. */
export type Progress = 'begun' | 'staged' | 'appended';

export function progressOf(root: string, { generation, token }: Holder): Progress | null {
  try {
    const segment = readdirSync(`${root}/journal`).sort().at(-1) ?? '';
    const lines = readFileSync(`${root}/journal/${segment}`, 'utf8').split('\n');
    const last = lines.at(-2) ?? '';
    if (last.includes('"seq":') && last.includes(`"generation":${generation},`)) return 'appended';
    return readdirSync(`${root}/staging/${token}`).length > 1 ? 'staged' : 'begun';
  } catch {
    return null;
  }
}

/** The number that was taken last. */
export function lastGeneration(root: string): number {
  try {
    return highest(readdirSync(`${root}/registry.lock`));
  } catch {
    return 0;
  }
}

function highest(names: readonly string[]): number {
  return names.reduce((top, name) => Math.max(top, Number.parseInt(name, 10) || 0), 0);
}

/** Whether the kernel has stopped it for good: a signal takes its time to arrive on another core. */
export function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'T';
  } catch {
    return false;
  }
}
