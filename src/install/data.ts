/** What the program itself has stored in a home: where it is, and how it is removed when somebody insists. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Nothing else among the preserved paths was ever written by the program. */
const STORED = ['fleet/backlog', 'fleet/run', 'fleet/agents', 'fleet/roster.yaml'];

/** Another program's database in the place of the backlog. */
const FOREIGN_BACKLOG = 'fleet/backlog/PG_VERSION';

/** Whole paths of what is there. */
export function storedIn(home: string): readonly string[] {
  return STORED.filter((path) => path !== 'fleet/backlog' || !existsSync(join(home, FOREIGN_BACKLOG)))
    .map((path) => join(home, path))
    .filter((path) => existsSync(path));
}

/** For good. @throws the system's error */
export function removeStored(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}
