/**
 * Cards by the hundred from a seed: priorities and ages that tie, ids of many alphabets, a deep graph of dependencies
 * with dangling edges, every status, dates to come and dates gone by.
 */
import { fromNow, type GivenCard } from '../contract/given.ts';

/** Numbers from 0 up to, not including, 1; the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PREFIXES = ['fleet-', 'A', 'a', 'ä', '汉', '\u{ff61}', '🦔', 'über/', 'with blank ', '%2F'];

export function generatedCards(seed: number, count: number): readonly GivenCard[] {
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const ids = Array.from({ length: count }, (_, n) => `${PREFIXES[below(PREFIXES.length)] ?? ''}${n}`);

  const cards = ids.map((id, n): GivenCard => {
    const dependsOn = new Set<string>();
    for (let edges = below(4); edges > 0 && n > 0; edges -= 1) dependsOn.add(ids[below(n)] ?? '');
    if (random() < 0.02) dependsOn.add(`nowhere-${n}`);
    return {
      id,
      title: `Card ${n} of seed ${seed}`,
      body: random() < 0.5 ? `Line one\nLine two of ${id} — “quoted”\t🦔` : null,
      phase: random() < 0.7 ? `M${below(4)}` : null,
      priority: below(5) - 2,
      dependsOn: [...dependsOn],
      labels: random() < 0.3 ? ['ui', `l${below(3)}`] : [],
      acceptance: random() < 0.3 ? { tests: [n, null, 'passes'] } : null,
      createdAt: new Date(Date.UTC(2026, 0, 1) + below(40) * 1000).toISOString(),
      ...(random() < 0.05 ? { notBefore: fromNow(random() < 0.5 ? 86_400 : -86_400) } : {}),
      ...(random() < 0.05 ? { 'x-estimate': { hours: n } } : {}),
      ...stateOf(random(), n),
    };
  });
  // Edges lead to earlier cards only, so there is no cycle; the lines come in any order all the same.
  return cards
    .map((card) => ({ card, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ card }) => card);
}

function stateOf(chance: number, n: number): Partial<GivenCard> {
  if (chance < 0.3) return { status: 'done', result: { commit: n } };
  if (chance < 0.35) return { status: 'blocked', statusReason: 'Parked.' };
  if (chance < 0.4) {
    return { status: 'claimed', claimOwner: `w${n}`, claimTtlSeconds: 86_400, claimedAt: fromNow(-1), attempts: 1 };
  }
  return {};
}
