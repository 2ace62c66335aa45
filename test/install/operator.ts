/** A home full of what an operator keeps there. */
import { chmodSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { listing } from './listing.ts';
import { writeInto } from './packages.ts';

/** Long ago, and not on a full second: whoever copies a file and puts it back shows. */
const LONG_AGO_SECONDS = 1_600_000_000.123;

/** Files under every preserved path, by path. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'CONSTITUTION.md': '# The constitution\r\nof mine\r\n',
  'AGENTS.md': '# Agents\n',
  'SOUL.md': '',
  'USER.md': 'no newline at its end',
  'TOOLS.md': Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) % 256),
  'STANDARDS.md': '# Standards\n',
  'memory/today.md': 'remember\n',
  'memory/.hidden/deep/er/note': 'hidden\n',
  'memory/ a name with spaces ': 'odd\n',
  'memory/-rf': 'odd\n',
  'memory/*': 'odd\n',
  'memory/two\nlines': 'odd\n',
  'memory/café ☕ "quoted" \'too\' $HOME `id` \\': 'odd\n',
  'memory/guides/README.md': 'a folder that is called as one of the framework\n',
  'sources/repository/.git/config': '[core]\n',
  'sources/repository/node_modules/x/index.js': 'x\n',
  'credentials/key.json': '{"key": "secret"}',
  'credentials/.netrc': 'machine a login b\n',
  'fleet/roster.yaml': 'version: 1\ntransport: tmux\nagents: []\n',
  'fleet/other.yaml': 'not: a roster\n',
  'fleet/.yaml': 'a dotfile: true\n',
  'fleet/a b.yaml': 'spaces: true\n',
  'fleet/agents/coder0.env': 'TOKEN=secret\n',
  'fleet/agents/coder0/persona.md': 'persona\n',
  'fleet/run/heartbeats/x': 'x\n',
  'fleet/run/mine.log': 'log\n',
  'fleet/backlog/notes-of-mine': 'not ours, and left alone\n',
};

/** What is neither preserved by its path nor ours: an update here leaves it, too. */
const STRANGERS: Readonly<Record<string, string>> = {
  'notes.txt': 'of nobody\n',
  '.dotfile': 'of nobody\n',
  'guides/mine.md': 'beside those of the framework\n',
  'guides/deep/mine.md': 'below them\n',
  'fleet/presets/mine.yaml': 'mine: true\n',
  'fleet/notes.md': 'beside the roster\n',
  'systemd/user/mine.service': '[Service]\n',
  'node_modules/x/index.js': 'x\n',
  'README.md': 'of this home\n',
};

const MODES: Readonly<Record<string, number>> = {
  'credentials/key.json': 0o600,
  'credentials/.netrc': 0o400,
  'memory/today.md': 0o644,
  'sources/repository/.git/config': 0o755,
  'fleet/agents/coder0.env': 0o600,
  credentials: 0o700,
  'memory/.hidden': 0o750,
};

const EMPTY = ['memory/empty', 'sources/empty/too', 'fleet/agents/empty', 'guides/empty', 'empty'];

/** The preserved paths as everybody has them; see the README. */
const PRESERVED: readonly RegExp[] = [
  /^(CONSTITUTION|AGENTS|SOUL|USER|TOOLS|STANDARDS)\.md$/,
  /^(memory|sources|credentials)(\/|$)/,
  /^fleet\/[^/]*\.yaml$/,
  /^fleet\/(agents|run|backlog)(\/|$)/,
];

export function isPreserved(path: string): boolean {
  return PRESERVED.some((pattern) => pattern.test(path));
}

/** Puts all of it into a home. */
export function moveIn(home: string): void {
  for (const [path, text] of Object.entries({ ...FILES, ...STRANGERS })) writeInto(home, path, text);
  for (const path of EMPTY) mkdirSync(join(home, path), { recursive: true });
  symlinkSync('today.md', join(home, 'memory', 'link'));
  symlinkSync('/nowhere/at/all', join(home, 'memory', 'dangling'));
  symlinkSync('..', join(home, 'memory', 'up'));
  symlinkSync('../memory', join(home, 'credentials', 'a folder'));
  symlinkSync('other.yaml', join(home, 'fleet', 'linked.yaml'));
  symlinkSync('../memory/today.md', join(home, 'guides', 'link of mine'));
  for (const [path, mode] of Object.entries(MODES)) chmodSync(join(home, path), mode);
  for (const [path, line] of listing(home, 'bytes')) {
    if (!line.includes(' -> ')) utimesSync(join(home, path), LONG_AGO_SECONDS, LONG_AGO_SECONDS);
  }
}

/**
 * What of it there is now, with modes and times. Left out are the folders that are not the operator's alone: something comes
 * and goes in them with every update.
 */
export function operators(home: string): readonly string[] {
  const shared = ['fleet', 'fleet/run', 'fleet/presets', 'guides', 'systemd', 'systemd/user', 'fleet/backlog'];
  const known = new Set([...Object.keys(FILES), ...Object.keys(STRANGERS)]);
  const isTheirs = (path: string): boolean =>
    !shared.includes(path) &&
    (known.has(path) || EMPTY.some((folder) => folder.startsWith(path)) || isPreserved(path)) &&
    !/^fleet\/run\/(framework\.json|replaced|install)/.test(path);
  return [...listing(home)].filter(([path]) => isTheirs(path) || /link|dangling/.test(path)).map(([, line]) => line);
}
