/** A transaction on files: reads through to the card files, believes none unread, and keeps its changes until commit. */
import type { Card, CardStatus } from '../../../card/card.ts';
import { type DependencyState, isClaimable } from '../../../card/claimable.ts';
import { isExpired } from '../../../card/expiry.ts';
import { toTimestamp } from '../../../card/time.ts';
import type { FileSystem } from '../../../disk/filesystem.ts';
import { cardDamaged, isCardDamaged } from '../../sentences.ts';
import type { ChangeNote, Transaction } from '../../transaction.ts';
import { isWork, type WorkFilter } from '../../../card/match.ts';
import { mostSimilar } from '../../../card/similar.ts';
import type { Summary } from '../card-index/summary.ts';
import { type CardFile, cardBytes, readCardFile } from '../form/card-file.ts';
import type { PendingRecord } from '../form/card-record.ts';
import { fileNameOf } from '../form/file-name.ts';
import { isAsKnown, knownByFile } from '../inspection.ts';
import { summaryOf } from '../form/file-summary.ts';
import type { Knowledge } from '../knowledge.ts';
import type { Place, StorePaths } from '../form/layout.ts';
import { findMoved } from './moved-card.ts';
import { PendingChanges, type Savepoint, START } from './pending-changes.ts';
import { isRotten, judgeFile, ROTTEN } from '../recovery/take-up.ts';

const RESTORED: ChangeNote = { kind: 'restored', by: null, reason: 'Its file could not be used.' };

const DELETED = { kind: 'deleted', by: null, reason: null, place: 'cards', card: null, stamp: null } as const;

/** A reader's changes are what it saw in the files; they are never committed. */
export type TransactionMode = 'read' | 'write';

export interface TransactionSettings {
  readonly files: FileSystem;
  readonly paths: StorePaths;
  readonly knowledge: Knowledge;
  readonly nowMs: number;
  readonly actor: string | null;
  readonly mode: TransactionMode;
}

export class FileTransaction implements Transaction {
  readonly nowMs: number;
  readonly records: PendingRecord[] = [];
  /** Where each change of a group ends in `records`; none where it is not a group. */
  readonly ends: number[] = [];
  readonly #files: FileSystem;
  readonly #paths: StorePaths;
  readonly #knowledge: Knowledge;
  readonly #actor: string | null;
  readonly #mode: TransactionMode;
  readonly #pending: PendingChanges;
  /** In lower case: the names of the files this transaction makes. */
  readonly #freshNames = new Set<string>();

  constructor(settings: TransactionSettings) {
    this.#files = settings.files;
    this.#paths = settings.paths;
    this.#knowledge = settings.knowledge;
    this.nowMs = settings.nowMs;
    this.#actor = settings.actor;
    this.#mode = settings.mode;
    this.#pending = new PendingChanges(settings.knowledge);
  }

  card(id: string): Card | null {
    const own = this.#pending.card(id);
    if (own !== undefined) return own;
    const known = this.#knowledge.index.get(id);
    if (known === null) return null;
    if (known.archived) return this.#archivedCard(known);
    const file = readCardFile(this.#files, this.#paths.cards, known.fileName, this.nowMs);
    if (
      file.kind === 'card' &&
      known.status !== 'damaged' &&
      file.stamp.bytes === known.fileBytes &&
      file.stamp.crc === known.fileCrc
    ) {
      return file.card;
    }
    return this.takeUp(known.fileName);
  }

  /**
   * Takes a file as it stands into this transaction: an edit, a new card, a deletion made by hand. A reader believes
   * the file and records nothing.
   *
   * @returns the card that stands there now
   * @throws MosaicError CARD_DAMAGED
   */
  takeUp(name: string): Card | null {
    const known = knownByFile(this.#knowledge, name);
    const file = readCardFile(this.#files, this.#paths.cards, name, this.nowMs);
    const found = judgeFile(name, file, known, this.nowMs);
    switch (found.kind) {
      case 'nothing':
        return null;
      case 'same':
        return found.card;
      case 'edited':
        return this.#edited(name, file.kind === 'card' && this.#mode === 'read' ? file.card : found.card);
      case 'deleted': {
        const moved = this.#mode === 'read' ? this.#movedMeanwhile(found.known) : null;
        if (moved === null) this.#recordDeletion(found.known);
        return moved;
      }
      case 'damaged':
        this.#pending.learn(found.summary.id, found.summary);
        throw cardDamaged(found.summary.id, `${this.#paths.cards}/${name}`, found.reason);
    }
  }

  dependencyState(id: string): DependencyState {
    const own = this.#pending.card(id);
    if (own !== undefined) return own === null ? { state: 'missing' } : { state: 'known', status: own.status };
    const known = this.#knowledge.index.get(id);
    if (known === null) return { state: 'missing' };
    if (known.status !== 'damaged' && (known.archived || isAsKnown(this.#files, this.#paths.cards, known))) {
      return { state: 'known', status: known.status };
    }
    return this.#stateByReading(id);
  }

  dependsOn(id: string): readonly string[] {
    const own = this.#pending.card(id);
    return (own === undefined ? this.#knowledge.index.get(id)?.dependsOn : own?.dependsOn) ?? [];
  }

  isArchived(id: string): boolean {
    return this.#knowledge.index.get(id)?.archived ?? false;
  }

  idOfIdempotencyKey(key: string): string | null {
    return this.#knowledge.index.idOfIdempotencyKey(key);
  }

  *claimable(filter: WorkFilter): Iterable<Card> {
    // A file that is not as known changes the index under the search: start over, a bounded number of times, since
    // each start takes up at least one file.
    for (let changes = -1; changes !== this.changeCount;) {
      changes = this.changeCount;
      for (const known of this.#knowledge.index.claimable(this.nowMs, filter)) {
        const card = this.#cardOrNull(known.id);
        if (card !== null && this.#isClaimable(card, filter)) yield card;
        if (this.changeCount !== changes) break;
      }
    }
  }

  expiredClaims(): readonly Card[] {
    const cards = this.#readAll(this.#knowledge.index.expired(this.nowMs));
    return cards.filter((card) => isExpired(card, this.nowMs));
  }

  claimsAhead(): readonly Card[] {
    return this.#readAll(this.#knowledge.index.claimedAhead(this.nowMs));
  }

  doneIds(): readonly string[] {
    return this.known().flatMap(({ id, status, archived }) => (status === 'done' && !archived ? [id] : []));
  }

  similarIds(id: string): readonly string[] {
    return mostSimilar(
      id,
      this.known().map((card) => card.id),
    );
  }

  put(card: Card, note: ChangeNote): void {
    const known = this.#knowledge.index.get(card.id);
    const name = known?.fileName ?? this.#freshName(card.id);
    // A card that is not done any more belongs back into the working set.
    const place = known?.archived === true && card.status === 'done' ? 'archive' : 'cards';
    this.#record(card, note, name, place, null);
  }

  archive(card: Card): void {
    const known = this.#knowledge.index.get(card.id);
    const name = known?.fileName ?? this.#freshName(card.id);
    this.#record(card, { kind: 'archived', by: null, reason: null }, name, 'archive', card.status);
  }

  /** How many cards are in the index otherwise than before this transaction: whoever goes through it starts over. */
  get changeCount(): number {
    return this.#pending.count;
  }

  /** Every card, whatever is to be said of its file. */
  known(): readonly Summary[] {
    return [...this.#knowledge.index.all()];
  }

  /** The cards whose files are known to be of no use. */
  damaged(): readonly Summary[] {
    return this.known().filter((known) => known.status === 'damaged');
  }

  /** Puts a card in the place of a file that cannot be used. */
  restore(card: Card, name: string, place: Place): void {
    const rev = Math.max(card.rev, this.#knowledge.index.get(card.id)?.rev ?? 0) + 1;
    const restored = { ...card, rev, updatedAt: toTimestamp(this.nowMs) };
    this.#record(restored, RESTORED, name, place, card.status);
  }

  /** Makes as if a file that cannot be used had never been there: no card is known to have been in it. */
  forget(id: string): void {
    this.#pending.learn(id, null);
  }

  /** What has been put since the last end is a change of its own. */
  endChange(): void {
    if (this.records.length > (this.ends.at(-1) ?? 0)) this.ends.push(this.records.length);
  }

  /** The moment to come back to, if it should come to that. */
  savepoint(): Savepoint {
    return { steps: this.#pending.steps, records: this.records.length };
  }

  /** Makes as if nothing had been put since then; without a savepoint, nothing at all. */
  rollBack({ steps, records }: Savepoint = START): void {
    this.#pending.takeBack(steps);
    while ((this.ends.at(-1) ?? 0) > records) this.ends.pop();
    for (const { id, file } of this.records.splice(records)) {
      // A name that this transaction has found for a new card is free again, unless an earlier part of it has made that card.
      if (this.#knowledge.index.get(id) === null) this.#freshNames.delete(file.toLowerCase());
    }
  }

  /** What the index knew of a card before this transaction. */
  before(id: string): Summary | null {
    return this.#pending.before(id);
  }

  #record(card: Card, note: ChangeNote, file: string, place: Place, from: CardStatus | null): void {
    const known = this.#knowledge.index.get(card.id);
    const status = known === null || known.status === 'damaged' ? from : known.status;
    const { stamp } = cardBytes(card);
    this.#pending.put(card.id, card, summaryOf(card, file, place, stamp));
    const by = note.by ?? (note.kind === 'edited' ? null : this.#actor);
    const { kind, reason } = note;
    this.records.push({ atMs: this.nowMs, kind, by, reason, from: status, id: card.id, file, place, card, stamp });
  }

  #edited(name: string, card: Card): Card {
    this.#record(card, { kind: 'edited', by: null, reason: null }, name, 'cards', null);
    return card;
  }

  #recordDeletion(known: Summary): void {
    const { id, fileName: file, status } = known;
    this.#pending.put(id, null, null);
    this.records.push({ ...DELETED, atMs: this.nowMs, from: status === 'damaged' ? null : status, id, file });
  }

  #freshName(id: string): string {
    const plain = fileNameOf(id, false);
    // Taken by an id that differs in case only, and would be the same file on a case-insensitive file system: there it
    // shows on the disk, and here where the same transaction made it.
    const isTaken =
      this.#files.stat(`${this.#paths.cards}/${plain}`) !== null || this.#freshNames.has(plain.toLowerCase());
    this.#freshNames.add(plain.toLowerCase());
    return isTaken ? fileNameOf(id, true) : plain;
  }

  #archivedCard(known: Summary): Card {
    const file = readCardFile(this.#files, this.#paths.archive, known.fileName, this.nowMs);
    if (file.kind === 'card' && !isRotten(file, known)) return file.card;
    const moved = this.#mode === 'read' && file.kind === 'missing' ? this.#movedMeanwhile(known) : null;
    if (moved !== null) return moved;
    const reason = archiveDamage(file);
    throw cardDamaged(known.id, `${this.#paths.archive}/${known.fileName}`, reason);
  }

  #movedMeanwhile(known: Summary): Card | null {
    const moved = findMoved(this.#files, this.#paths, known, this.nowMs);
    if (moved !== null)
      this.#pending.learn(known.id, summaryOf(moved.card, known.fileName, moved.place, cardBytes(moved.card).stamp));
    return moved?.card ?? null;
  }

  #isClaimable(card: Card, filter: WorkFilter): boolean {
    return isWork(card, filter) && isClaimable(card, (id) => this.dependencyState(id), this.nowMs);
  }

  /** Those that are there and whole. */
  #readAll(known: readonly Summary[]): readonly Card[] {
    return known.map(({ id }) => this.#cardOrNull(id)).filter((card) => card !== null);
  }

  #cardOrNull(id: string): Card | null {
    const state = this.#read(id);
    return typeof state === 'string' ? null : state;
  }

  #stateByReading(id: string): DependencyState {
    const card = this.#read(id);
    if (typeof card === 'string') return { state: 'damaged', reason: card };
    return card === null ? { state: 'missing' } : { state: 'known', status: card.status };
  }

  /** The card, null, or what is wrong with its file. */
  #read(id: string): Card | string | null {
    try {
      return this.card(id);
    } catch (error) {
      if (isCardDamaged(error)) return error.message;
      throw error;
    }
  }
}

function archiveDamage(file: CardFile): string {
  if (file.kind === 'card') return ROTTEN;
  return file.kind === 'missing' ? 'it is not there' : file.reason;
}
