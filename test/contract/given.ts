/**
 * Cards in the state a test begins with. They come in through `import`, which takes every field as it stands:
 * a claim that expired an hour ago needs no hour.
 */
import type { Backlog } from '../../src/backlog/backlog.ts';
import type { Card, Timestamp } from '../../src/card/card.ts';

export type GivenCard = { readonly id: string } & Partial<Card>;

/** One line for `import`, with a title where the test does not care for one. */
export function line(card: GivenCard): string {
  return JSON.stringify({ title: `Card ${card.id}`, ...card });
}

export async function given(backlog: Backlog, ...cards: readonly GivenCard[]): Promise<void> {
  await backlog.import({ lines: cards.map(line) });
}

export function fromNow(seconds: number): Timestamp {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

/** A card whose holder was last heard of an hour ago and promised fifteen minutes. */
export function abandoned(id: string, card: Partial<Card> = {}): GivenCard {
  return {
    id,
    status: 'claimed',
    claimOwner: 'ghost',
    claimTtlSeconds: 900,
    claimedAt: fromNow(-3600),
    attempts: 1,
    ...card,
  };
}

export function ids(cards: readonly { readonly id: string }[]): readonly string[] {
  return cards.map((card) => card.id);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** The first `count` items; the iteration is ended there. */
export async function take<T>(items: AsyncIterable<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

/** Everything the store holds, for tests that want to see that nothing has changed. */
export async function contents(backlog: Backlog): Promise<unknown> {
  const { cards, damaged } = await backlog.list({ archived: true });
  return { cards, damaged, history: await backlog.history() };
}
