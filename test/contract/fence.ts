/** The fence: whoever lost a claim can do nothing with it, whoever names none is an operator. */
import { describe, expect } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import type { Card } from '../../src/card/card.ts';
import { abandoned, contents, given } from './given.ts';
import { refusal } from './refusal.ts';
import type { PromiseTest } from './promise.ts';

type Fenced = (
  backlog: Backlog,
  fence: { readonly id: string; readonly owner: string; readonly attempt?: number },
) => Promise<Card>;

const FENCED: Readonly<Record<string, Fenced>> = {
  renew: (backlog, fence) => backlog.renew(fence),
  release: (backlog, fence) => backlog.release(fence),
  complete: (backlog, fence) => backlog.complete({ ...fence, result: 'mine' }),
  fail: (backlog, fence) => backlog.fail({ ...fence, reason: 'mine' }),
};

export function promisesOfFences(it: PromiseTest): void {
  for (const [name, operation] of Object.entries(FENCED)) {
    describe(`${name} with an owner`, () => theFence(it, operation));
  }
  describe('without an owner', () => operators(it));
}

function theFence(it: PromiseTest, operation: Fenced): void {
  it('applies to the claim that the owner holds', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    await backlog.claim({ owner: 'w' });
    expect(await operation(backlog, { id: 'A', owner: 'w' })).toMatchObject({ rev: 3 });
  });

  it('applies to the attempt that the claim returned', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    const card = await backlog.claim({ owner: 'w' });
    expect(await operation(backlog, { id: 'A', owner: 'w', attempt: card?.attempts ?? 0 })).toMatchObject({ rev: 3 });
  });

  it('is refused when somebody else holds the card, and names who', async ({ backlog }) => {
    await given(backlog, abandoned('A'));
    await backlog.claim({ owner: 'new-owner' });
    const before = await contents(backlog);
    await refusal(operation(backlog, { id: 'A', owner: 'ghost' }), 'CLAIM_LOST', 'A', 'ghost', 'new-owner');
    expect(await contents(backlog)).toEqual(before);
  });

  it('is refused when the same owner holds the card anew', async ({ backlog }) => {
    await given(backlog, abandoned('A', { claimOwner: 'w', attempts: 1 }));
    await backlog.claim({ owner: 'w' });
    const before = await contents(backlog);
    await refusal(operation(backlog, { id: 'A', owner: 'w', attempt: 1 }), 'CLAIM_LOST', 'A', '1', '2');
    expect(await contents(backlog)).toEqual(before);
    await operation(backlog, { id: 'A', owner: 'w', attempt: 2 });
  });

  it('is refused when the claim was given back, taken away or blocked', async ({ backlog }) => {
    await given(backlog, { id: 'free' }, { id: 'taken' }, { id: 'parked' });
    await backlog.claimMany({ owner: 'w', count: 3 });
    await backlog.release({ id: 'free' });
    await backlog.reclaim({ id: 'taken' });
    await backlog.block({ id: 'parked' });
    const before = await contents(backlog);
    for (const id of ['free', 'taken', 'parked']) {
      await refusal(operation(backlog, { id, owner: 'w', attempt: 1 }), 'CLAIM_LOST', id, 'w');
    }
    expect(await contents(backlog)).toEqual(before);
  });

  it('applies to a claim that has expired, as long as nobody has taken it over', async ({ backlog }) => {
    await given(backlog, abandoned('A'));
    expect(await operation(backlog, { id: 'A', owner: 'ghost', attempt: 1 })).toMatchObject({ id: 'A', rev: 2 });
  });

  it('of an id that is not there is CARD_NOT_FOUND', async ({ backlog }) => {
    await refusal(operation(backlog, { id: 'nowhere', owner: 'w' }), 'CARD_NOT_FOUND', 'nowhere');
  });
}

function operators(it: PromiseTest): void {
  it('complete, release and fail apply to a card that somebody holds', async ({ backlog }) => {
    await given(backlog, { id: 'c' }, { id: 'r' }, { id: 'f' });
    await backlog.claimMany({ owner: 'w', count: 3 });
    expect(await backlog.complete({ id: 'c' })).toMatchObject({ status: 'done', claimOwner: null });
    expect(await backlog.release({ id: 'r' })).toMatchObject({ status: 'ready', claimOwner: null });
    expect(await backlog.fail({ id: 'f', reason: 'No.' })).toMatchObject({ status: 'ready', statusReason: 'No.' });
  });

  it('complete applies to a card that nobody holds, blocked ones too', async ({ backlog }) => {
    await given(backlog, { id: 'r' }, { id: 'b', status: 'blocked', statusReason: 'Parked.' });
    expect(await backlog.complete({ id: 'r', result: [1] })).toMatchObject({
      status: 'done',
      result: [1],
      attempts: 0,
    });
    expect(await backlog.complete({ id: 'b' })).toMatchObject({ status: 'done', statusReason: null });
  });

  it('release makes a done or blocked card ready again, and leaves a ready one as it is', async ({ backlog }) => {
    await given(backlog, { id: 'd', status: 'done' }, { id: 'b', status: 'blocked' }, { id: 'r' });
    expect(await backlog.release({ id: 'd' })).toMatchObject({ status: 'ready' });
    expect(await backlog.release({ id: 'b' })).toMatchObject({ status: 'ready' });
    expect(await backlog.release({ id: 'r' })).toMatchObject({ status: 'ready', rev: 1 });
  });

  it('an attempt alone is a fence too', async ({ backlog }) => {
    await given(backlog, abandoned('A'));
    await backlog.claim({ owner: 'w' });
    await refusal(backlog.complete({ id: 'A', attempt: 1 }), 'CLAIM_LOST', 'A', '1', '2');
    expect(await backlog.complete({ id: 'A', attempt: 2 })).toMatchObject({ status: 'done' });
  });
}
