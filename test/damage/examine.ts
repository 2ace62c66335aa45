/** What the users of a damaged store are told, and what `doctor --fix` makes of it, held against what was there before. */
import type { Card } from '../../src/card/card.ts';
import type { Backlog, CardList, Finding } from '../../src/backlog/backlog.ts';
import { parseCardText } from '../../src/backlog/card-schema.ts';
import { fileBacklog } from '../../src/backlog/files/file-backlog.ts';
import { MosaicError } from '../../src/errors.ts';
import { PATHS, storeOn } from '../crash/scenario.ts';
import type { MemoryDisk } from '../model/memory-filesystem.ts';
import { folderOf, type Mutation } from './mutation.ts';
import type { Specimen } from './specimen.ts';

const OWNER = 'after';

export interface Seen {
  /** The store said that it is damaged as a whole. */
  readonly refused: boolean;
  /** A card is not as it was, or a part of the history is missing. */
  readonly hasEffect: boolean;
}

/** @throws Error that says which promise was broken */
export async function examine(specimen: Specimen, disk: MemoryDisk, mutation: Mutation, boot: string): Promise<Seen> {
  const clock = { nowMs: specimen.nowMs + 1000 };
  const open = (process: number): Backlog => fileBacklog(storeOn(disk.seenBy(process), { process, boot, clock }));
  const backlog = open(20);
  const before = await told(() => backlog.list({ archived: true }));
  if (before instanceof MosaicError) {
    if (mutation.path !== PATHS.cards || before.code !== 'STORE_DAMAGED') throw before;
  } else {
    verifyCards(specimen, mutation, before);
    await work(specimen, mutation, backlog, before);
  }
  const missing = before instanceof MosaicError ? [] : await missingHistory(specimen, backlog);
  const { findings } = await backlog.doctor();
  if (missing.length > 0) verifyNamed(mutation, findings, missing);
  await backlog.close();

  const doctor = open(21);
  await doctor.doctor({ fix: true });
  await doctor.close();
  await verifyWell(specimen, mutation, open(22), before instanceof MosaicError);
  return { refused: before instanceof MosaicError, hasEffect: missing.length > 0 };
}

/** Every card is as it was, or named as damaged, or as somebody has left it by hand. */
function verifyCards(specimen: Specimen, mutation: Mutation, { cards, damaged }: CardList): void {
  const byId = new Map(cards.map((card) => [card.id, card]));
  for (const [id, { card, place }] of specimen.cards) {
    const found = byId.get(id);
    if (found !== undefined && contentOf(found) === contentOf(card)) continue;
    const own = isFileOf(specimen, mutation, id);
    if (found === undefined && damaged.some((one) => one.id === id) && (own || mutation.path === PATHS.archive))
      continue;
    if (found === undefined && own && mutation.isGone && place === 'cards') continue;
    if (found !== undefined && own && !mutation.isRot && isWritten(found, mutation, specimen.nowMs)) continue;
    // A file of the archive that was copied back to the cards.
    throw new Error(`Card ${id} is ${found === undefined ? 'not there' : contentOf(found)}, not ${contentOf(card)}`);
  }
}

/** The first of what can be claimed, by what was there before, and by what is damaged now. */
async function work(specimen: Specimen, mutation: Mutation, backlog: Backlog, { cards }: CardList): Promise<void> {
  const claimed = await backlog.claim({ owner: OWNER });
  const edited = cards.filter((card) => isFileOf(specimen, mutation, card.id) || !specimen.cards.has(card.id));
  if (claimed !== null && !['first', 'second', 'über/alles ☂'].includes(claimed.id)) {
    const isEdit = !mutation.isRot && edited.some(({ id, status }) => id === claimed.id || status === 'done');
    if (!isEdit && mutation.path !== PATHS.archive) throw new Error(`Card ${claimed.id} was claimed.`);
  }
  if (claimed === null) throw new Error('Nothing could be claimed.');
  const done = await backlog.complete({ id: claimed.id, owner: OWNER, attempt: claimed.attempts });
  if (done.status !== 'done') throw new Error(`Card ${claimed.id} could not be completed.`);
  const made = await backlog.create({ id: 'new', title: 'Made after the damage' });
  if ((await backlog.get({ id: 'new' })).title !== made.title) throw new Error('A new card does not stay.');
}

async function missingHistory(specimen: Specimen, backlog: Backlog): Promise<readonly string[]> {
  const found = new Set((await backlog.history()).map(sayChange));
  return specimen.history.map(sayChange).filter((line) => !found.has(line));
}

function verifyNamed(mutation: Mutation, findings: readonly Finding[], missing: readonly string[]): void {
  const isLastLine = missing.length <= 2;
  const isNamed = findings.some(({ code }) => code === 'journal-damaged');
  // A last line that is not whole may as well be one that its writer never finished.
  if (isNamed || isLastLine || mutation.path === PATHS.journal) return;
  throw new Error(`The history lacks ${missing.length} changes, and nobody says so: ${missing.join(', ')}`);
}

async function verifyWell(
  specimen: Specimen,
  mutation: Mutation,
  backlog: Backlog,
  wasRefused: boolean,
): Promise<void> {
  const { findings } = await backlog.doctor();
  const bad = findings.filter(({ severity, code }) => severity !== 'info' && code !== 'dangling-dependency');
  if (bad.length > 0) throw new Error(`After doctor --fix: ${bad.map(({ message }) => message).join(' ')}`);
  const { cards, damaged } = await backlog.list({ archived: true });
  if (damaged.length > 0) throw new Error(`Still damaged: ${damaged.map(({ id }) => id).join(', ')}`);
  for (const [id, { card }] of specimen.cards) {
    const found = cards.find((one) => one.id === id);
    const isOwn = isFileOf(specimen, mutation, id);
    if (found === undefined && isOwn && mutation.isGone) continue;
    if (found === undefined) throw new Error(`Card ${id} is lost after doctor --fix.`);
    const same = contentOf(found) === contentOf(card);
    const worked = found.result === null && found.status === 'done' && !wasRefused;
    if (!same && !worked && !(isOwn && !mutation.isRot)) throw new Error(`Card ${id} is another after doctor --fix.`);
  }
  await backlog.close();
}

/** Whether the damage was done to that card's file. */
function isFileOf(specimen: Specimen, mutation: Mutation, id: string): boolean {
  const known = specimen.cards.get(id);
  const name = `${encodeURIComponent(id)}.json`;
  if (known === undefined) return false;
  return mutation.path === `${PATHS[known.place]}/${name}` || (known.place === 'archive' && copiesBack(mutation, name));
}

/** Into either folder, under the card's name. */
function copiesBack(mutation: Mutation, name: string): boolean {
  return mutation.path.endsWith(`/${name}`) && [PATHS.cards, PATHS.archive].includes(folderOf(mutation.path));
}

/** Whether the card is what now stands in the file. */
function isWritten(card: Card, { content }: Mutation, nowMs: number): boolean {
  if (content === null) return false;
  const parsed = parseCardText(new TextDecoder().decode(content), nowMs);
  return parsed.kind === 'card' && contentOf(parsed.card) === contentOf(card);
}

/** Without what the store sets when it takes a card up. */
function contentOf(card: Card): string {
  const { rev: _rev, updatedAt: _updatedAt, createdAt: _createdAt, ...content } = card;
  return JSON.stringify(content);
}

function sayChange({ seq, kind, id }: { readonly seq: number; readonly kind: string; readonly id: string }): string {
  return `${seq} ${kind} ${id}`;
}

async function told<T>(call: () => Promise<T>): Promise<T | MosaicError> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof MosaicError) return error;
    throw error;
  }
}
