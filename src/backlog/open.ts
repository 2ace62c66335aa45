/** Opens a backlog: where it is, which store it has, and with which clock, disk and identity. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFileSystem } from '../disk/node-filesystem.ts';
import { MosaicError } from '../errors.ts';
import { systemClock } from '../host/clock.ts';
import { currentIdentity, livenessOf } from '../host/process-identity.ts';
import type { Backlog, OpenOptions } from './backlog.ts';
import { asDiskError } from './files/disk-error.ts';
import { fileBacklog } from './files/file-backlog.ts';
import { REDO_LIMITS } from './files/recovery/redo-point.ts';
import { FileStore } from './files/file-store.ts';
import { movingFolder, storePaths } from './files/form/layout.ts';
import { RegistryMutex } from './registry-mutex.ts';
import { commandLine } from './sentences.ts';

const DEFAULT_STALE_SECONDS = 60;
/** Time for whoever opened a card's file, to print it or to copy it, to read it before it is written over. */
const SPARE_AFTER_MS = 250;

/**
 * Opens the backlog; a store that is not there yet is made by the first change, or on a server by the first look.
 *
 * @throws MosaicError STORE_FOREIGN, INVALID_INPUT, DISK_…
 */
export async function openBacklog(options: OpenOptions = {}): Promise<Backlog> {
  const databaseUrl = options.databaseUrl ?? process.env['DATABASE_URL'] ?? '';
  if (databaseUrl !== '') {
    const { openPostgres } = await import('./postgres/open-postgres.ts');
    return openPostgres({
      databaseUrl,
      actor: options.actor ?? null,
      durable: isDurable(process.env['MOSAIC_DURABILITY']),
    });
  }
  return fileBacklog(openFileStore(options));
}

/**
 * The registry mutex, for what is kept in files beside the backlog; in files also where the backlog is on a server.
 *
 * @throws MosaicError STORE_FOREIGN, INVALID_INPUT, DISK_…
 */
export function openRegistryMutex(options: Pick<OpenOptions, 'mosaicHome'> = {}): RegistryMutex {
  return new RegistryMutex(openFileStore(options));
}

function openFileStore(options: OpenOptions): FileStore {
  const paths = storePaths(mosaicHomeOf(options.mosaicHome));
  assertOurs(paths.root);
  const identity = currentIdentity();
  return new FileStore({
    files: nodeFileSystem,
    paths,
    clock: systemClock,
    identity,
    livenessOf: (other) => livenessOf(other, identity),
    newToken,
    durable: isDurable(process.env['MOSAIC_DURABILITY']),
    staleMs: staleSecondsOf(process.env['MOSAIC_LOCK_STALE_SECONDS']) * 1000,
    spareAfterMs: SPARE_AFTER_MS,
    redoLimits: REDO_LIMITS,
    async flushFileSystem(folder) {
      const host = await import('../host/flush-file-system.ts');
      return host.flushFileSystem(folder);
    },
    actor: options.actor ?? null,
    sleep: (ms) => sleep(ms),
    random: Math.random,
  });
}

/**
 * Names a staging folder. Every process has its own seed from the system's entropy, and a name that is taken is refused;
 * secret it need not be. `node:crypto` would take a cold command longer to load than a claim takes.
 */
function newToken(): string {
  return [Math.random(), Math.random()]
    .map((part) =>
      Math.floor(part * 2 ** 48)
        .toString(16)
        .padStart(12, '0'),
    )
    .join('');
}

/** The option, else `MOSAIC_HOME`, else `~/.config/mosaic`; always absolute. */
export function mosaicHomeOf(option: string | undefined): string {
  const chosen = option ?? process.env['MOSAIC_HOME'] ?? '';
  return chosen === '' ? `${homedir()}/.config/mosaic` : resolve(chosen);
}

/** Where the cards are that are kept in files. */
export function backlogFolderOf(mosaicHome: string | undefined): string {
  return storePaths(mosaicHomeOf(mosaicHome)).root;
}

/** An embedded Postgres kept its data at the very same path; one byte of ours in there could ruin it. */
function assertOurs(root: string): void {
  let isMoved: boolean;
  try {
    isMoved = nodeFileSystem.stat(`${root}/PG_VERSION`) === null;
    if (isMoved && !isHalfMoved(root)) return;
  } catch (error) {
    throw asDiskError(error);
  }
  throw new MosaicError({
    code: 'STORE_FOREIGN',
    message: isMoved
      ? `An embedded Postgres (PGlite) is just being moved out of ${root}, or that was broken off. ` +
        'Nothing was changed.'
      : `${root} holds the data of an embedded Postgres (PGlite), which an earlier program kept there. ` +
        'Nothing in it was touched.',
    hint: `Bring its cards over with: ${commandLine('import', '--pglite', root)}`,
  });
}

/** For a moment neither store is in its place: whoever comes then must not find an empty backlog. */
function isHalfMoved(root: string): boolean {
  return nodeFileSystem.stat(movingFolder(root)) !== null && nodeFileSystem.stat(root) === null;
}

function isDurable(setting: string | undefined): boolean {
  if (setting === undefined || setting === '' || setting === 'full') return true;
  if (setting === 'relaxed') return false;
  throw invalidSetting('MOSAIC_DURABILITY', setting, 'full or relaxed');
}

function staleSecondsOf(setting: string | undefined): number {
  if (setting === undefined || setting === '') return DEFAULT_STALE_SECONDS;
  const seconds = Number(setting);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw invalidSetting('MOSAIC_LOCK_STALE_SECONDS', setting, 'a number of seconds up to 86400');
}

function invalidSetting(name: string, setting: string, wanted: string): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: `${name} is ${JSON.stringify(setting)}, but must be ${wanted}. Nothing was changed.`,
  });
}
