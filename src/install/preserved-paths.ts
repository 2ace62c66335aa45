/** What belongs to the operator and to the fleet, and no installation ever writes, moves or removes. Pure. */

/**
 * In the form of shell patterns, relative to the home; a folder stands for all that is in it. Everything that the
 * program ever stores is under these paths, because updaters that know nothing of this one keep the same list.
 */
export const PRESERVED_PATHS: readonly string[] = [
  ...['CONSTITUTION.md', 'AGENTS.md', 'SOUL.md', 'USER.md', 'TOOLS.md', 'STANDARDS.md'],
  ...['memory', 'sources', 'credentials'],
  ...['fleet/*.yaml', 'fleet/agents', 'fleet/run', 'fleet/backlog'],
];

const PATTERNS: readonly RegExp[] = PRESERVED_PATHS.map(
  // On a disk that takes upper and lower case for the same, `soul.md` is SOUL.md.
  (path) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`, 'i'),
);

/** @param path relative to the home */
export function isPreserved(path: string): boolean {
  return PATTERNS.some((pattern) => pattern.test(path));
}
