/**
 * Who may import whom. A room is a folder under src/; it knows the rooms on lower floors and none above, and rooms
 * on one floor do not know each other. `errors.ts` may be imported by every room, `index.ts` by nobody.
 */
import { isBuiltin } from 'node:module';
import type { Import, Source } from './source.ts';

/** A room, and the other rooms it may import. A room that is not here has no floor yet: give it one. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  card: [],
  host: [],
  disk: ['host'],
  backlog: ['card', 'disk', 'host', 'backlog/files', 'backlog/postgres'],
  'backlog/files': ['card', 'disk', 'host', 'backlog'],
  'backlog/postgres': ['card', 'host', 'backlog'],
  fleet: ['card', 'disk', 'host', 'backlog'],
  install: ['disk', 'host'],
  'cli/print': ['card', 'backlog', 'fleet'],
  cli: ['card', 'disk', 'host', 'backlog', 'fleet', 'install', 'cli/print'],
};

/** Rooms of pure rules: no module of Node, no package. */
const PURE: readonly string[] = ['card'];

/**
 * A package has one room, and the schema one more: wherever something is read that people write. A name that is not here
 * is not used in src/ yet: give it a room.
 */
const PACKAGE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  pg: ['backlog/postgres'],
  yaml: ['fleet'],
  'zod/mini': ['backlog', 'fleet'],
};

/** Every way in which the imports of a file break the rules, as sentences that name the file, the line and the rule. */
export function violationsOf(source: Source): readonly string[] {
  if (source.path === 'src/index.ts') return [];
  const room = roomOf(source.path);
  if (room === null) return [`${source.path} is in a room that has no floor in ${TABLE}.`];
  return source.imports.flatMap((one) => {
    const rule = one.file === null ? foreign(room, one.specifier) : domestic(room, one, one.file);
    return rule === null ? [] : [`${source.path}:${one.line} imports ${one.specifier}, but ${rule} (${TABLE}).`];
  });
}

const TABLE = 'test/house/rooms.ts';

/** The room of a file in src/; `errors` is its own, and null is a folder without a floor. */
function roomOf(path: string): string | null {
  if (path === 'src/errors.ts') return 'errors';
  const [room, subRoom] = path.split('/').slice(1, -1);
  if (room === undefined) return null;
  if (subRoom !== undefined && `${room}/${subRoom}` in ROOMS) return `${room}/${subRoom}`;
  return room in ROOMS ? room : null;
}

function domestic(room: string, { specifier }: Import, file: string): string | null {
  if (file === 'src/index.ts') return 'index.ts is for those outside: import the file that has the name';
  if (!file.startsWith('src/')) {
    return file === 'package.json' ? null : 'src/ imports nothing from outside itself but package.json';
  }
  if (!specifier.endsWith('.ts')) return 'a relative import names its file with the ending .ts';
  const other = roomOf(file);
  if (other === null) return 'that room has no floor in the table';
  if (other === room || other === 'errors') return null;
  if (room === 'errors') return 'errors.ts imports nothing';
  if (ROOMS[room]?.includes(other)) return null;
  return `${room}/ may import ${list(ROOMS[room] ?? [])} and not ${other}/`;
}

function foreign(room: string, specifier: string): string | null {
  if (isBuiltin(specifier)) {
    if (room === 'errors' || PURE.includes(room)) return `${room} is pure and uses no module of Node`;
    return specifier.startsWith('node:') ? null : `a module of Node is written node:${specifier}`;
  }
  const homes = PACKAGE_ROOMS[specifier];
  if (homes === undefined) return 'no room has been given to that package';
  return homes.includes(room) ? null : `that package is used in ${list(homes)} alone`;
}

function list(rooms: readonly string[]): string {
  return rooms.length === 0 ? 'no other room' : rooms.map((room) => `${room}/`).join(', ');
}
