/** Writes the files of a package into a folder of their own. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesOf, type Package } from './package-files.ts';
import { flushFolder } from './write-file.ts';

/** All of it is on the disk when this returns. @throws MosaicError PACKAGE_INVALID; the system's error */
export function copyPackage({ files }: Package, folder: string): void {
  const folders = new Set<string>([folder]);
  mkdirSync(folder, { recursive: true });
  for (const file of files) {
    const target = join(folder, file.path);
    if (!folders.has(dirname(target))) {
      mkdirSync(dirname(target), { recursive: true });
      folders.add(dirname(target));
    }
    writeFileSync(target, bytesOf(file), { flag: 'wx', flush: true });
    chmodSync(target, file.isExecutable ? 0o755 : 0o644);
  }
  for (const one of folders) flushFolder(one);
}
