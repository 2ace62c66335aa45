/** `claim` that waits: it wakes when a card is there, when its time is over, and when it is told to stop. */
import { describe, expect } from 'vitest';
import type { Card } from '../../src/card/card.ts';
import { abandoned, fromNow, given, ids } from './given.ts';
import type { PromiseTest } from './promise.ts';

/** Far longer than a notification takes, and far shorter than the waits below. */
const SOON_MS = 3000;

export function promisesOfWaiting(it: PromiseTest): void {
  describe('claim that waits', () => {
    whatWakesIt(it);
    whatEndsIt(it);
  });
}

/** The claim's answer, and how many milliseconds it took from now. */
async function timed<T>(claim: Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> {
  const start = performance.now();
  return { answer: await claim, ms: performance.now() - start };
}

function whatWakesIt(it: PromiseTest): void {
  it('takes a claimable card without any waiting', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'A' });
    const { answer, ms } = await timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
    expect(answer).toMatchObject({ id: 'A' });
    expect(ms).toBeLessThan(SOON_MS);
  });

  it.concurrent('wakes when another handle creates a card', async ({ backlog, other }) => {
    const claim = timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
    await other.create({ id: 'A', title: 'A' });
    const { answer, ms } = await claim;
    expect(answer).toMatchObject({ id: 'A', claimOwner: 'w' });
    expect(ms).toBeLessThan(SOON_MS);
  });

  it.concurrent('wakes when the last dependency is done', async ({ backlog, other }) => {
    await given(backlog, { id: 'base', status: 'blocked' }, { id: 'top', dependsOn: ['base'] });
    const claim = timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
    await other.complete({ id: 'base' });
    const { answer, ms } = await claim;
    expect(answer).toMatchObject({ id: 'top' });
    expect(ms).toBeLessThan(SOON_MS);
  });

  it.concurrent('wakes when a card is released, unblocked or failed', async ({ backlog, other }) => {
    await given(backlog, { id: 'A' });
    await other.claim({ owner: 'x' });
    const returns: (() => Promise<Card>)[] = [
      () => other.release({ id: 'A' }),
      () => other.fail({ id: 'A' }),
      async () => {
        await other.block({ id: 'A' });
        return other.unblock({ id: 'A' });
      },
    ];
    for (const giveBack of returns) {
      const claim = timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
      await giveBack();
      const { answer, ms } = await claim;
      expect(answer).toMatchObject({ id: 'A', claimOwner: 'w' });
      expect(ms).toBeLessThan(SOON_MS);
    }
  });

  it.concurrent('wakes when the date of a card has come, with nobody there to say so', async ({ backlog }) => {
    await given(backlog, { id: 'A', notBefore: fromNow(1) });
    const { answer, ms } = await timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
    expect(answer).toMatchObject({ id: 'A' });
    expect(ms).toBeLessThan(1000 + SOON_MS);
  });

  it.concurrent('wakes when a claim expires, with nobody there to say so', async ({ backlog, other }) => {
    await given(backlog, { id: 'A' });
    await other.claim({ owner: 'ghost', ttlSeconds: 1 });
    const { answer, ms } = await timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
    expect(answer).toMatchObject({ id: 'A', claimOwner: 'w', attempts: 2 });
    expect(ms).toBeLessThan(1000 + SOON_MS);
  });

  it.concurrent('waits for the card that it names, and for the filters', async ({ backlog, other }) => {
    await given(backlog, { id: 'named', status: 'blocked' });
    const named = backlog.claim({ owner: 'n', id: 'named', waitSeconds: 60 });
    const filtered = backlog.claim({ owner: 'f', phase: 'M1', waitSeconds: 60 });
    await other.create({ id: 'neither', title: 'Neither', priority: 9 });
    await other.create({ id: 'right', title: 'Right', phase: 'M1' });
    expect(await filtered).toMatchObject({ id: 'right', claimOwner: 'f' });
    await other.unblock({ id: 'named' });
    expect(await named).toMatchObject({ id: 'named', claimOwner: 'n' });
    expect(await other.get({ id: 'neither' })).toMatchObject({ status: 'ready' });
  });

  it.concurrent('gives each of many waiting claimers a card of its own', async ({ backlog, other }) => {
    const claims = Array.from({ length: 8 }, (_, n) =>
      (n % 2 === 0 ? backlog : other).claim({ owner: `w${n}`, waitSeconds: 60 }),
    );
    for (let n = 0; n < 8; n += 1) await other.create({ id: `card-${n}`, title: 'Card' });
    const taken = await Promise.all(claims);
    expect(new Set(taken.map((card) => card?.id)).size).toBe(8);
  });

  it.concurrent('of many cards is content with the first that come', async ({ backlog, other }) => {
    const claim = backlog.claimMany({ owner: 'w', count: 5, waitSeconds: 60 });
    await other.create({ id: 'A', title: 'A' });
    expect(ids(await claim)).toEqual(['A']);
  });
}

function whatEndsIt(it: PromiseTest): void {
  it.concurrent('gives null when its time is over, and not before', async ({ backlog }) => {
    const { answer, ms } = await timed(backlog.claim({ owner: 'w', waitSeconds: 1 }));
    expect(answer).toBeNull();
    expect(ms).toBeGreaterThan(950);
    expect(ms).toBeLessThan(1000 + SOON_MS);
    expect(await backlog.claimMany({ owner: 'w', count: 2, waitSeconds: 0 })).toEqual([]);
  });

  it.concurrent('gives null when its signal is aborted, and takes no card afterwards', async ({ backlog, other }) => {
    const controller = new AbortController();
    const claim = timed(backlog.claim({ owner: 'w', waitSeconds: Infinity, signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    const { answer, ms } = await claim;
    expect(answer).toBeNull();
    expect(ms).toBeLessThan(SOON_MS);
    expect(await other.create({ id: 'A', title: 'A' })).toMatchObject({ status: 'ready' });
    expect(await other.claim({ owner: 'x' })).toMatchObject({ id: 'A' });
  });

  it.concurrent('ends when its handle is closed', async ({ store, other }) => {
    const waiting = await store.open({ actor: 'leaving' });
    const claim = waiting.claim({ owner: 'w', waitSeconds: Infinity });
    const { ms } = await timed(Promise.allSettled([claim, waiting.close()]));
    expect(ms).toBeLessThan(SOON_MS);
    await other.create({ id: 'A', title: 'A' });
    expect(await other.claim({ owner: 'x' })).toMatchObject({ id: 'A' });
  });

  it('takes over an expired claim at once instead of waiting for a card', async ({ backlog }) => {
    await given(backlog, abandoned('A'));
    const { answer, ms } = await timed(backlog.claim({ owner: 'w', waitSeconds: 60 }));
    expect(answer).toMatchObject({ id: 'A', claimOwner: 'w' });
    expect(ms).toBeLessThan(SOON_MS);
  });
}
