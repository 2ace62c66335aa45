/** A process that is killed between two of its file-system calls: from then on none of its calls does anything. */
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { intercepted } from '../model/intercepted.ts';

export interface Mortal {
  readonly files: FileSystem;
  isDead(): boolean;
}

/** @param calls so many are made, then it is over */
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
