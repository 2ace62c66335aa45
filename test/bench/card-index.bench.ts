/**
 * The card index at 1,000 and at 100,000 cards: `npx vitest bench --run test/bench/card-index.bench.ts`.
 *
 * Claim and complete should cost about the same in both; decode and encode grow with the bytes they check and copy.
 */
import { bench, describe } from 'vitest';
import { CardIndex } from '../../src/backlog/files/card-index/card-index.ts';
import type { Summary } from '../../src/backlog/files/card-index/summary.ts';

const NOW = Date.parse('2026-06-01T00:00:00.000Z');
const CREATED = Date.parse('2026-01-01T00:00:00.000Z');
const SIZES = [1_000, 100_000];
/** So many completed cards are left alone before the first of them is opened again, so that cards never run out. */
const LAG = 50;
/** As many changes as a long-lived process lets come together before it encodes. */
const CHANGES = 300;

const encoded = new Map(SIZES.map((size) => [size, indexOf(size).encode()]));

describe.each(SIZES)('%i cards', (size) => {
  const bytes = encoded.get(size) ?? new Uint8Array();

  bench('decode and find the first claimable card', () => {
    open(bytes).claimable(NOW).next();
  });

  bench('decode and find the first one of a phase and a label', () => {
    open(bytes).claimable(NOW, { phase: 'M6', label: 'cli' }).next();
  });

  bench('claim and complete', claimAndComplete(open(bytes), {}));

  bench('claim and complete in one phase', claimAndComplete(open(bytes), { phase: 'M6' }));

  const changing = open(bytes);
  const step = claimAndComplete(changing, {});
  bench(`${CHANGES} changes, then encode`, () => {
    for (let change = 0; change < CHANGES; change += 3) step();
    changing.encode();
  });
});

/** Three changes each time: a claim, its completion, and another card that is opened again. */
function claimAndComplete(index: CardIndex, filter: { readonly phase?: string }): () => void {
  const done: Summary[] = [];
  return () => {
    index.expired(NOW);
    const card = index.claimable(NOW, filter).next().value;
    if (card === undefined) throw new Error('There was no card left to claim.');
    index.put({ ...card, status: 'claimed', claimOwner: 'coder0', claimedAtMs: NOW, claimTtlSeconds: 900 });
    index.put({ ...card, status: 'done' });
    done.push(card);
    const again = done.length > LAG ? done.shift() : undefined;
    if (again !== undefined) index.put(again);
  };
}

function open(bytes: Uint8Array): CardIndex {
  const index = CardIndex.decode(bytes);
  if (index === null) throw new Error('What was encoded did not decode.');
  return index;
}

function indexOf(size: number): CardIndex {
  const index = CardIndex.empty();
  for (let i = 0; i < size; i += 1) index.put(cardOf(i, size));
  return index;
}

/** Half of them done; of the rest each waits for one that is, or is free. */
function cardOf(i: number, size: number): Summary {
  const id = idOf(i);
  const createdAtMs = CREATED + ((i * 104_729) % size) * 1_000;
  return {
    id,
    status: i < size / 2 ? 'done' : 'ready',
    priority: (i * 7_919) % 5,
    createdAtMs,
    updatedAtMs: createdAtMs + 500,
    notBeforeMs: null,
    claimedAtMs: null,
    claimTtlSeconds: null,
    claimOwner: null,
    phase: `M${i % 7}`,
    labels: i % 3 === 0 ? ['core', 'cli'] : ['core'],
    dependsOn: i === 0 ? [] : [idOf(Math.floor(i / 2))],
    idempotencyKey: i % 10 === 0 ? `key-${i}` : null,
    rev: 3,
    attempts: 1,
    maxAttempts: null,
    fileName: `${id}.json`,
    fileBytes: 600 + (i % 300),
    fileCrc: (i * 2_654_435_761) % 2 ** 32,
    archived: false,
  };
}

function idOf(i: number): string {
  return `fleet-${String(i).padStart(6, '0')}`;
}
