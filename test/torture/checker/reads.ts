/**
 * What readers were told. They wait for nobody, so each card they show must be one that stood at some moment between
 * their start and their end, each card they leave out must have been one to leave out, and whoever reads a card later
 * sees no earlier version of it. Histories and watchers show the journal, without gaps or repeats.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ListOptions } from '../../../src/backlog/backlog.ts';
import type { Card } from '../../../src/card/card.ts';
import { isCard, listOf } from './answer.ts';
import type { Problem } from './attribution.ts';
import { type Call, isReading, type JournalLine, nameOf, type Reading } from './call.ts';
import { compareCards } from './model-world.ts';
import { RealTimeOrder } from './order.ts';
import { checkCounts, checkHealth } from './reports.ts';
import { checkChanges } from './streams.ts';
import type { Range, Timeline } from './timeline.ts';

export interface ReadingsOf {
  readonly timeline: Timeline;
  readonly transactions: readonly (readonly JournalLine[])[];
}

export function checkReadings(calls: readonly Call[], store: ReadingsOf): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, RealTimeOrder>();
  for (const call of calls.toSorted((a, b) => a.startUs - b.startUs)) {
    const { operation, outcome } = call;
    if (!isReading(operation) || outcome === null) continue;
    const check = new ReadCheck(call, store, seen);
    if (outcome.kind === 'refused') check.refusal(operation, outcome.code, outcome.message);
    else check.answer(operation, outcome.value);
    problems.push(...check.problems);
  }
  return problems;
}

class ReadCheck {
  readonly problems: Problem[] = [];
  readonly #call: Call;
  readonly #store: ReadingsOf;
  readonly #range: Range;
  readonly #seen: Map<string, RealTimeOrder>;

  constructor(call: Call, store: ReadingsOf, seen: Map<string, RealTimeOrder>) {
    this.#call = call;
    this.#store = store;
    this.#seen = seen;
    this.#range = store.timeline.statesDuring(call);
  }

  refusal(operation: Reading, code: string, message: string): void {
    const id = 'id' in operation ? (operation.id ?? null) : null;
    const isMissing = code === 'CARD_NOT_FOUND' && id !== null && this.#couldBe(id, (card) => card === null);
    if (!isMissing) this.#wrong(`was refused with ${code} (${message})`, id);
  }

  answer(operation: Reading, value: unknown): void {
    switch (operation.op) {
      case 'get':
        return isCard(value) ? this.#shows(value) : this.#wrong('is answered with something else', operation.id);
      case 'list':
        return this.#list(value, operation.filter);
      case 'export':
        return this.#list(value, { archived: true });
      case 'history':
      case 'watch': {
        const wrong = checkChanges(operation, value, this.#store, this.#range);
        return wrong === null ? undefined : this.#wrong(wrong, null);
      }
      case 'stats':
        return checkCounts(value, this.#store.timeline, this.#range, (wrong) => this.#wrong(wrong, null));
      case 'doctor':
        return checkHealth(value, (wrong, id) => this.#wrong(wrong, id));
      case 'explain':
        return undefined;
    }
  }

  #list(value: unknown, filter: ListOptions): void {
    const cards = listOf(value, isCard);
    if (cards === null) return this.#wrong('is answered with something else', null);
    for (const [index, card] of cards.entries()) {
      this.#shows(card);
      const before = cards[index - 1];
      if (!suits(card, filter)) this.#wrong(`shows ${card.id}, which its filter leaves out`, card.id);
      if (before !== undefined && compareCards(before, card) >= 0) {
        this.#wrong(`shows ${before.id} before ${card.id}`, card.id);
      }
    }
    // What could be claimed depends on other cards, and a limit on how many there are: there, only what is shown counts.
    if (filter.readyOnly === true || filter.limit !== undefined) return;
    const shown = new Set(cards.map(({ id }) => id));
    for (const id of this.#store.timeline.ids()) {
      const isLeftOut = (card: Card | null, archived: boolean): boolean =>
        card === null || (archived && filter.archived !== true) || !suits(card, filter);
      if (!shown.has(id) && !this.#couldBe(id, isLeftOut)) this.#wrong(`leaves out ${id}`, id);
    }
  }

  /** The card must be one of those that stood meanwhile, and none older than what others had seen before. */
  #shows(card: Card): void {
    const { timeline } = this.#store;
    const versions = timeline.versions(card.id);
    const order = this.#seen.get(card.id) ?? new RealTimeOrder();
    this.#seen.set(card.id, order);
    const first = timeline.versionAt(card.id, this.#range.first);
    const last = timeline.versionAt(card.id, this.#range.last);
    const from = Math.max(first, order.floorAt(this.#call.startUs));
    for (let index = Math.max(0, from); index <= last; index += 1) {
      if (!isDeepStrictEqual(versions[index]?.card, card)) continue;
      order.saw(index, this.#call.endUs);
      return;
    }
    const when = versions.findIndex((version) => isDeepStrictEqual(version.card, card));
    const what = `shows ${card.id} at revision ${card.rev}, ${card.status}`;
    if (when === -1) this.#wrong(`${what}, as it never was`, card.id);
    else if (when < first)
      this.#wrong(`${what}, which was over before it asked (version ${when}, not ${first})`, card.id);
    else if (when > last) this.#wrong(`${what}, which nobody had asked for yet`, card.id);
    else this.#wrong(`${what}, after somebody had seen a later one (version ${when}, not ${from})`, card.id);
  }

  #couldBe(id: string, holds: (card: Card | null, archived: boolean) => boolean): boolean {
    const { timeline } = this.#store;
    const last = timeline.versionAt(id, this.#range.last);
    for (let index = timeline.versionAt(id, this.#range.first); index <= last; index += 1) {
      const version = timeline.versions(id)[index];
      if (holds(version?.card ?? null, version?.archived ?? false)) return true;
    }
    return false;
  }

  #wrong(what: string, id: string | null): void {
    this.problems.push({ text: `${nameOf(this.#call)} ${what}.`, id });
  }
}

function suits(card: Card, filter: ListOptions): boolean {
  if (filter.status !== undefined && card.status !== filter.status) return false;
  if (filter.phase !== undefined && card.phase !== filter.phase) return false;
  if (filter.owner !== undefined && card.claimOwner !== filter.owner) return false;
  return filter.label === undefined || card.labels.includes(filter.label);
}
