/** The table in docs/life-of-a-card.md is what the rules do: every command on a card in every state. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CARD_STATUSES, type Card, type CardStatus } from '../../src/card/card.ts';
import { isClaimable } from '../../src/card/claimable.ts';
import { link, unlink, update } from '../../src/card/content.ts';
import { block, claim, complete, expire, fail, reclaim, release, renew, unblock } from '../../src/card/life.ts';
import type { Outcome } from '../../src/card/outcome.ts';
import { aCard, aClaimedCard, NOW_MS } from './given.ts';

const PAGE = new URL('../../docs/life-of-a-card.md', import.meta.url);

const HOLDER = { owner: 'coder0', attempt: 3 };
const HOLDER_OF_THE_PAST = { owner: 'coder0', attempt: 2 };
const AFTER_EXPIRY_MS = NOW_MS + 900_000;

/** On its third attempt, or after it. */
function cardThatIs(status: CardStatus): Card {
  const fields = { status, attempts: 3, dependsOn: ['B'], statusReason: status === 'blocked' ? 'Parked.' : null };
  return status === 'claimed' ? aClaimedCard(fields) : aCard(fields);
}

function wornOut(card: Card): Card {
  return { ...card, maxAttempts: 3 };
}

/** What each line of the table asks. A line may stand for several commands: they must all answer the same. */
const ASKED: Readonly<Record<string, (card: Card) => readonly Outcome[]>> = {
  'renew, by the holder': (card) => [renew(card, HOLDER, NOW_MS), renew(card, HOLDER, AFTER_EXPIRY_MS)],
  complete: (card) => [complete(card, {}, NOW_MS), complete(card, { result: 7 }, NOW_MS)],
  'complete, by the holder': (card) => [complete(card, HOLDER, NOW_MS), complete(card, { attempt: 3 }, NOW_MS)],
  release: (card) => [release(card, {}, NOW_MS), release(wornOut(card), {}, NOW_MS)],
  'release, by the holder': (card) => [release(card, HOLDER, NOW_MS), release(card, { owner: 'coder0' }, NOW_MS)],
  fail: (card) => [fail(card, {}, NOW_MS), fail({ ...card, maxAttempts: 4 }, {}, NOW_MS)],
  'fail, by the holder': (card) => [fail(card, HOLDER, NOW_MS), fail(card, { owner: 'coder0' }, NOW_MS)],
  'fail, every attempt used up': (card) => [fail(wornOut(card), {}, NOW_MS)],
  'renew, release or fail, by a holder of the past': (card) => [
    renew(card, HOLDER_OF_THE_PAST, NOW_MS),
    release(card, HOLDER_OF_THE_PAST, NOW_MS),
    fail(card, HOLDER_OF_THE_PAST, NOW_MS),
    renew(card, { owner: 'coder1' }, NOW_MS),
    release(card, { owner: 'coder1', attempt: 3 }, NOW_MS),
    fail(card, { attempt: 2 }, NOW_MS),
  ],
  'complete, by an earlier attempt': (card) => [
    complete(card, HOLDER_OF_THE_PAST, NOW_MS),
    complete(card, { attempt: HOLDER_OF_THE_PAST.attempt }, NOW_MS),
  ],
  'complete, by another owner': (card) => [complete(card, { owner: 'coder1' }, NOW_MS)],
  'time, before the claim has expired': (card) => [expire(card, NOW_MS), expire(wornOut(card), NOW_MS)],
  'time, the claim has expired': (card) => [expire(card, AFTER_EXPIRY_MS)],
  'time, and every attempt used up': (card) => [expire(wornOut(card), AFTER_EXPIRY_MS)],
  reclaim: (card) => [reclaim(card, NOW_MS), reclaim(card, AFTER_EXPIRY_MS), reclaim(wornOut(card), NOW_MS)],
  'reclaim, expired and every attempt used up': (card) => [reclaim(wornOut(card), AFTER_EXPIRY_MS)],
  block: (card) => [block(card, {}, NOW_MS), block(card, { reason: 'Parked.' }, NOW_MS)],
  'block, with another reason': (card) => [
    block(card, { reason: 'Other.' }, NOW_MS),
    block(card, { reason: null }, NOW_MS),
  ],
  unblock: (card) => [unblock(card, NOW_MS)],
  'update, link, unlink': (card) => [
    update(card, { title: 'Other' }, NOW_MS),
    link(card, 'C', NOW_MS),
    unlink(card, 'B', NOW_MS),
  ],
};

function answersTo(asked: string, card: Card): readonly string[] {
  if (asked === 'claim') return [answerToClaim(card)];
  return (ASKED[asked]?.(card) ?? []).map(answerOf);
}

function answerOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'changed':
      return outcome.card.status;
    case 'unchanged':
      return 'unchanged';
    case 'refused':
      return outcome.refusal.code;
  }
}

function answerToClaim(card: Card): string {
  const free = isClaimable(card, () => ({ state: 'known', status: 'done' }), NOW_MS);
  return free ? answerOf(claim(card, { owner: 'coder1' }, NOW_MS)) : 'not claimable';
}

function tableOf(page: string): readonly (readonly string[])[] {
  const lines = page.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of a card’s life', () => {
  const [head, , ...rows] = tableOf(readFileSync(PAGE, 'utf8'));

  it('has a column for every state and a line for everything that can be asked', () => {
    expect(head).toEqual(['asked', ...CARD_STATUSES]);
    expect(rows.map(([asked = '']) => asked).toSorted()).toEqual(['claim', ...Object.keys(ASKED)].toSorted());
  });

  it.each(rows)('is right about %s', (asked = '', ...answers) => {
    for (const [index, status] of CARD_STATUSES.entries()) {
      const given = [...new Set(answersTo(asked, cardThatIs(status)))];
      expect(given, `${asked}, on a card that is ${status}`).toEqual([answers[index]]);
    }
  });
});
