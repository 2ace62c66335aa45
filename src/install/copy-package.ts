/** Writes the files of a package into a folder of their own. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Package } from './package-files.ts';
import { flushFolder } from './write-file.ts';

/** All of it is on the disk when this returns. @throws the system's error */
export function copyPackage({ files }: Package, folder: string): void {
  const folders = new Set<string>([folder]);
  mkdirSync(folder, { recursive: true });
  for (const { path, source, isExecutable } of files) {
    const target = join(folder, path);
    if (!folders.has(dirname(target))) {
      mkdirSync(dirname(target), { recursive: true });
      folders.add(dirname(target));
    }
    writeFileSync(target, readFileSync(source), { flag: 'wx', flush: true });
    chmodSync(target, isExecutable ? 0o755 : 0o644);
  }
  for (const one of folders) flushFolder(one);
}
