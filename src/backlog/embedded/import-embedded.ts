/**
 * `import` from an embedded store. Where that store stands in the very place of the store of files, it has to make room;
 * it does so when every card of it has been read, accepted and written.
 */
import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { MosaicError } from '../../errors.ts';
import type { Backlog, ImportOptions, ImportReport } from '../backlog.ts';
import { asDiskError } from '../files/disk-error.ts';
import { type EmbeddedCard, readEmbeddedCards } from '../postgres/pglite/read-cards.ts';
import { beginMove, putAside, unfinishedMove } from './moving.ts';

export interface EmbeddedImportOptions extends Omit<ImportOptions, 'lines'> {
  /** The data folder of the embedded store. */
  readonly directory: string;
  /** `fleet/backlog` of this home: an embedded store that stands there has to make room. */
  readonly root: string;
  readonly isForServer: boolean;
  /** The store that the cards are for. */
  readonly open: () => Promise<Backlog>;
  /** A store of files in another home. */
  readonly openAt: (mosaicHome: string) => Promise<Backlog>;
  readonly signal?: AbortSignal;
}

export interface EmbeddedImportReport extends ImportReport {
  /** Where the embedded store stays that had to make room; null when it stays where it is. */
  readonly setAside: string | null;
}

/** @throws MosaicError of `import`; INVALID_INPUT, STORE_…, UNSUPPORTED, DISK_…; what aborted `signal` */
export async function importEmbedded(options: EmbeddedImportOptions): Promise<EmbeddedImportReport> {
  const { directory, root, isForServer, dryRun } = options;
  try {
    if (!isSame(directory, root)) return await bringOver(directory, null, options);
    const earlier = unfinishedMove(root);
    if (dryRun !== true) earlier?.settle();
    if (earlier?.isDone === true) return await bringOver(earlier.directory, earlier.directory, options);
    if (dryRun === true) return await rehearse(earlier?.directory ?? root, options);
    return isForServer ? await moveOut(root, options) : await move(root, options);
  } catch (error) {
    throw asDiskError(error);
  }
}

async function bringOver(
  directory: string,
  setAside: string | null,
  options: EmbeddedImportOptions,
): Promise<EmbeddedImportReport> {
  const { cards } = await readEmbeddedCards({ ...options, directory });
  return { ...(await importInto(await options.open(), cards, options)), setAside };
}

async function move(root: string, options: EmbeddedImportOptions): Promise<EmbeddedImportReport> {
  const source = await readEmbeddedCards({ ...options, directory: root });
  const place = beginMove(root);
  try {
    const report = await importAt(place.mosaicHome, source.cards, options);
    await source.assertAsRead();
    return { ...report, setAside: place.swap() };
  } finally {
    place.cleanUp();
  }
}

/** Its place is needed all the same: what a fleet keeps on its host lives there. */
async function moveOut(root: string, options: EmbeddedImportOptions): Promise<EmbeddedImportReport> {
  const source = await readEmbeddedCards({ ...options, directory: root });
  const report = await importInto(await options.open(), source.cards, options);
  await source.assertAsRead();
  return { ...report, setAside: putAside(root) };
}

/** In a store that nobody keeps: that of files cannot be opened while the embedded one has its place. */
async function rehearse(directory: string, options: EmbeddedImportOptions): Promise<EmbeddedImportReport> {
  if (options.isForServer) return bringOver(directory, null, options);
  const { cards } = await readEmbeddedCards({ ...options, directory });
  const home = await mkdtemp(join(tmpdir(), 'mosaic-rehearsal-'));
  try {
    return { ...(await importAt(home, cards, options)), setAside: null };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function importAt(
  mosaicHome: string,
  cards: readonly EmbeddedCard[],
  options: EmbeddedImportOptions,
): Promise<ImportReport> {
  const backlog = await options.openAt(mosaicHome);
  try {
    return await importInto(backlog, cards, options);
  } finally {
    await backlog.close();
  }
}

async function importInto(
  backlog: Backlog,
  cards: readonly EmbeddedCard[],
  { update, dryRun, onProgress }: EmbeddedImportOptions,
): Promise<ImportReport> {
  try {
    return await backlog.import({
      lines: cards.map(({ line }) => line),
      ...(update === undefined ? {} : { update }),
      ...(dryRun === undefined ? {} : { dryRun }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } catch (error) {
    throw error instanceof MosaicError && error.code === 'IMPORT_REFUSED' ? namingCards(error, cards) : error;
  }
}

/** There is no file whose lines a person could count. */
function namingCards(error: MosaicError, cards: readonly EmbeddedCard[]): MosaicError {
  return new MosaicError({
    code: error.code,
    message: error.message.replaceAll(/^Line (\d+):/gm, (_, line: string) => `Card ${cards[Number(line) - 1]?.id}:`),
    hint: 'Mend these cards with the program that made the store, then run the same import again.',
    cause: error,
  });
}

/** Also where nothing has these names, as after a kill. */
function isSame(folder: string, other: string): boolean {
  return realOrPlain(folder) === realOrPlain(other);
}

function realOrPlain(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(resolve(path));
    return parent === resolve(path) ? parent : join(realOrPlain(parent), basename(resolve(path)));
  }
}
