/** `update`: the installer, from inside the program; waits for a restart in flight, and disturbs nobody who works. */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import { mosaicHomeOf, openRegistryMutex } from '../../backlog/open.ts';
import { MosaicError } from '../../errors.ts';
import { TAGS, tmuxOf } from '../../fleet/life/panes.ts';
import type { RestartLock } from '../../fleet/restart/restart-lock.ts';
import { restartLockPath, takeRestartLock } from '../../fleet/restart/take-restart-lock.ts';
import { ownPackageFolder } from '../../host/own-package.ts';
import { prefixOf, programPlaces } from '../../install/places.ts';
import { type Origin, originIn } from '../../install/program.ts';
import { currentVersion } from '../../install/versions.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, type ExitStatus, INTERRUPTED } from '../exit-status.ts';
import { flag } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { text } from '../parse/values.ts';
import { restartWords } from '../print/restart-line.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    offline: text('--offline <file>', 'from a tarball that has everything in it', 'file'),
    ref: text('--ref <ref>', 'a branch, a tag or a commit of the repository it came from'),
    from: text('--from <folder>', 'from a checkout, or an unpacked package', 'file'),
    dev: flag('--dev', 'built anew from its sources'),
  },
  details:
    'Runs the installer of the version that is to come, for the prefix and the home of this one. Without an option it ' +
    'looks where this version came from. A restart in flight is waited for. Workers go on with their cards and with the ' +
    'version they began with, until they are restarted. Your data is not touched.',
  examples: ['update', 'update --offline mosaic-fleet-0.2.0-offline.tgz', 'update --ref v0.2.0'],
  async run(context, { offline, ref, from, dev }) {
    if ([offline, ref, from].filter((one) => one !== undefined).length > 1) {
      throw usageError('--offline, --ref and --from exclude each other.');
    }
    const own = ownPackageFolder();
    const prefix = prefixOf(own);
    if (prefix === null) throw notInstalled(own);
    const places = programPlaces(prefix);
    const words = wordsFor(originIn(places), { offline, ref, from });
    const before = currentVersion(places);
    const status = await whileNobodyRestarts(context, () =>
      runInstaller(context, prefix, dev === undefined ? words : { ...words, options: [...words.options, '--dev'] }),
    );
    if (status !== DONE) return status;
    const after = currentVersion(places);
    await context.output.answer({ prefix, from: before, to: after }, () =>
      after === before
        ? `${before ?? 'It'} is up to date.\n`
        : `Updated: ${before ?? 'nothing'} → ${after ?? 'nothing'}\n`,
    );
    if (after !== before && (await isFleetUp(context))) {
      await context.output.hint(
        'The agents go on with their cards, and with the version they began with. They get the new one with: mosaic fleet restart',
      );
    }
    return DONE;
  },
});

interface Installer {
  readonly script: string;
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Wanted {
  readonly offline: string | undefined;
  readonly ref: string | undefined;
  readonly from: string | undefined;
}

/** Which installer is to be run, and how. @throws MosaicError NOT_INSTALLED */
function wordsFor(origin: Origin | null, { offline, ref, from }: Wanted): Installer {
  const own = join(ownPackageFolder(), 'install.sh');
  if (offline !== undefined) return { script: own, options: ['--offline', absolute(offline)], environment: {} };
  const folder = from === undefined ? null : absolute(from);
  if (folder !== null) return { script: installerIn(folder), options: [], environment: {} };
  if (origin === null) throw unknownOrigin('Nothing says where this version came from.');
  if (ref !== undefined) {
    if (origin.kind === 'folder') return { script: installerIn(origin.path), options: ['--ref', ref], environment: {} };
    if (origin.kind === 'file') throw unknownOrigin(`This version came from ${origin.path}, which is no repository.`);
    return { script: own, options: ['--ref', ref], environment: { MOSAIC_REPOSITORY: origin.repository } };
  }
  if (origin.kind === 'folder') return { script: installerIn(origin.path), options: [], environment: {} };
  if (origin.kind === 'file') return { script: own, options: ['--offline', origin.path], environment: {} };
  return { script: own, options: ['--ref', origin.ref], environment: { MOSAIC_REPOSITORY: origin.repository } };
}

function installerIn(folder: string): string {
  const script = join(folder, 'install.sh');
  if (existsSync(script)) return realpathSync(script);
  throw unknownOrigin(`There is no install.sh in ${folder}.`);
}

function unknownOrigin(what: string): MosaicError {
  return new MosaicError({
    code: 'NOT_INSTALLED',
    message: `${what} Nothing was changed.`,
    hint: 'Say where the new version is, with --offline FILE, or with --from and the folder of a checkout.',
  });
}

function notInstalled(folder: string): MosaicError {
  return new MosaicError({
    code: 'NOT_INSTALLED',
    message: `This program runs from ${folder} and was not put there by install.sh. Nothing was changed.`,
    hint: 'A checkout is brought up to date with git, and installed with its install.sh.',
  });
}

/** As its own words; under --json they are no answer, so they go aside. */
async function runInstaller(
  context: Context,
  prefix: string,
  { script, options, environment }: Installer,
): Promise<ExitStatus> {
  const child = spawn('bash', [script, '--yes', '--no-auto-launch', ...options], {
    env: {
      ...context.env,
      ...environment,
      // What was meant for the installation before is not meant for this one.
      MOSAIC_REF: '',
      MOSAIC_DEV: '',
      MOSAIC_PREFIX: prefix,
      MOSAIC_HOME: mosaicHomeOf(context.mosaicHome),
    },
    stdio: ['ignore', context.output.asJson ? 2 : 1, 2],
  });
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => resolve(ended));
  });
  if (context.interrupts().aborted) return INTERRUPTED;
  if (status === 0) return DONE;
  throw new MosaicError({
    code: 'UPDATE_FAILED',
    message: `The installer ended with ${signal ?? `status ${status ?? 0}`}; what it said is above. This version works on.`,
    hint: 'Do what it says, then run the same command again.',
  });
}

/** A restart that begins meanwhile waits for us in its turn. */
async function whileNobodyRestarts(context: Context, work: () => Promise<ExitStatus>): Promise<ExitStatus> {
  const mosaicHome = mosaicHomeOf(context.mosaicHome);
  const mutex = mutexIn(mosaicHome);
  // With another program's database in the place of the backlog there is no fleet that could be restarted.
  if (mutex === null) return work();
  try {
    const lock = await takeRestartLock({
      ...{ mutex, path: restartLockPath(mosaicHome), signal: context.interrupts() },
      tell: (event) => context.output.hint(restartWords(event)),
    });
    if (lock === null) return INTERRUPTED;
    try {
      return await lock.step('update', work);
    } finally {
      await giveBack(lock);
    }
  } finally {
    mutex.close();
  }
}

async function giveBack(lock: RestartLock): Promise<void> {
  // It has been taken over, or the disk is in trouble: the update itself is done, or has said why not.
  await lock.release().catch(() => undefined);
}

function mutexIn(mosaicHome: string): ReturnType<typeof openRegistryMutex> | null {
  try {
    return openRegistryMutex({ mosaicHome });
  } catch (error) {
    if (error instanceof MosaicError && error.code === 'STORE_FOREIGN') return null;
    throw error;
  }
}

async function isFleetUp(context: Context): Promise<boolean> {
  const { kind } = await tmuxOf(mosaicHomeOf(context.mosaicHome), context.env).panes(TAGS);
  return kind !== 'no-server' && kind !== 'missing';
}
