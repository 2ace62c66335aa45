/** What can go wrong before the power does: a process is killed between two of its calls, or a flush fails. */
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { intercepted } from '../model/intercepted.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';

export interface Mortal {
  readonly files: FileSystem;
  isDead(): boolean;
}

/** @param calls so many are made; from then on none of its calls does anything */
export function killedAfter(files: FileSystem, calls: number): Mortal {
  let made = 0;
  return {
    isDead: () => made > calls,
    files: intercepted(files, (_name, call) => {
      made += 1;
      if (made > calls) throw new Error('This process was killed.');
      return call();
    }),
  };
}

/**
 * Once for each call that `act` makes: it is killed before that one. And at last it is not killed.
 * @returns the disk as each of them leaves it
 */
export function* killedAtEachCall(base: MemoryDisk, act: (files: FileSystem) => void): Generator<MemoryDisk> {
  for (let calls = 0, isThrough = false; !isThrough; calls += 1) {
    const disk = base.copy();
    const mortal = killedAfter(disk.seenBy(2), calls);
    try {
      act(mortal.files);
    } catch (error) {
      if (!mortal.isDead()) throw error;
    }
    isThrough = !mortal.isDead();
    yield disk;
  }
}

export interface FailingFlush {
  readonly files: FileSystem;
  hasFailed(): boolean;
}

/** @param at the number, from 0, of the flush that fails; the flush of a journal's line is none of them */
export function failingFlush(disk: MemoryDisk, process: number, at: number): FailingFlush {
  let made = 0;
  return {
    hasFailed: () => made > at,
    files: intercepted(disk.seenBy(process), (name, call, [descriptor]) => {
      if (name !== 'flush') return call();
      made += 1;
      if (made - 1 !== at || typeof descriptor !== 'number') return call();
      disk.failFlush(process, descriptor);
      throw Object.assign(new Error('EIO: flush'), { code: 'EIO', syscall: 'fsync' });
    }),
  };
}
