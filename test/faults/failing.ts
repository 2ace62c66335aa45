/** A disk that says no once: one call fails with one of the system's errors, or takes or gives less than was asked. */
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { intercepted } from '../model/intercepted.ts';

export const ERRORS = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'EDQUOT'] as const;
export type Fault = (typeof ERRORS)[number] | 'short';

/** Trouble that does not go away: the disk is full, was made read-only, or has gone. */
export const LASTING = ['ENOSPC', 'EROFS', 'EIO'] as const;

const TAKES_ROOM: ReadonlySet<string> = new Set(['write', 'makeFolder', 'link', 'rename']);
const CHANGES: ReadonlySet<string> = new Set([...TAKES_ROOM, 'truncate', 'setModified', 'setModifiedAt', 'remove']);
const MAKES_FILES: ReadonlySet<unknown> = new Set(['create', 'write']);

export interface FailingDisk {
  readonly files: FileSystem;
  /** The call that failed, once it has. */
  failed(): string | null;
  calls(): number;
  /** From now on everything works. */
  mend(): void;
}

/**
 * @param at the number of the call that fails, from 0; a call that cannot fail so is made as it is
 */
export function failingAt(files: FileSystem, at: number, fault: Fault): FailingDisk {
  let made = 0;
  let failed: string | null = null;
  return {
    failed: () => failed,
    calls: () => made,
    mend: () => undefined,
    files: intercepted(files, (name, call, parameters) => {
      made += 1;
      if (made - 1 !== at) return call();
      const [target] = parameters;
      const short = fault === 'short' ? shortened(files, name, parameters) : null;
      if (fault === 'short' && short === null) return call();
      failed = `${name} ${String(target)}`;
      if (short !== null) return short;
      // A close that fails has closed all the same.
      if (name === 'close') call();
      throw systemError(fault, name, target);
    }),
  };
}

/** Fails from the call of that number on, until it is mended. */
export function failingFrom(files: FileSystem, at: number, fault: (typeof LASTING)[number]): FailingDisk {
  let made = 0;
  let isMended = false;
  let failed: string | null = null;
  return {
    failed: () => failed,
    calls: () => made,
    mend: () => (isMended = true),
    files: intercepted(files, (name, call, parameters) => {
      made += 1;
      if (isMended || made - 1 < at || !fails(fault, name, parameters)) return call();
      failed ??= `${name} ${String(parameters[0])}`;
      if (name === 'close') call();
      throw systemError(fault, name, parameters[0]);
    }),
  };
}

function fails(fault: (typeof LASTING)[number], name: keyof FileSystem, [, mode]: readonly unknown[]): boolean {
  if (fault === 'EIO') return true;
  if (name === 'open') return MAKES_FILES.has(mode);
  return (fault === 'EROFS' ? CHANGES : TAKES_ROOM).has(name);
}

function systemError(code: string, syscall: string, target: unknown): Error {
  const path = typeof target === 'string' ? { path: target } : {};
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, ...path });
}

/** How many bytes a call of half the length takes or gives; null for calls that know no half. */
function shortened(files: FileSystem, name: keyof FileSystem, parameters: readonly unknown[]): number | null {
  const [descriptor, bytes, position] = parameters;
  if (typeof descriptor !== 'number' || !(bytes instanceof Uint8Array) || bytes.length < 2) return null;
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  if (typeof position !== 'number') return null;
  if (name === 'write') return files.write(descriptor, half, position);
  if (name === 'read') return files.read(descriptor, half, position);
  return null;
}
