/** Lets an operation decide on what the server has: again and again, until nothing that it asks for is missing. */
import type { Client } from 'pg';
import { askAll } from '../asking.ts';
import type { Columns } from '../form/columns.ts';
import type { Decide } from '../../store.ts';
import { Loaded } from './loaded.ts';
import { LoadedTransaction } from './loaded-transaction.ts';
import { errandsFor, type Purpose } from './loading.ts';

export interface Decided<T> {
  readonly value: T;
  readonly transaction: LoadedTransaction;
}

export interface Terms {
  readonly purpose: Purpose;
  /** Fetched along with what is asked for first. */
  readonly about: readonly string[];
  readonly columns: Columns;
  readonly actor: string | null;
  /** Stands in for the server's time until that is known. */
  readonly localMs: number;
}

/** @throws what `decide` throws once it has seen everything it asked for; what the server answers */
export async function decideOn<T>(client: Client, decide: Decide<T>, terms: Terms): Promise<Decided<T>> {
  const { columns, purpose, actor, localMs } = terms;
  const loaded = new Loaded(purpose === 'look');
  for (;;) {
    const transaction = new LoadedTransaction(loaded, actor, localMs);
    const outcome = settled(() => decide(transaction));
    const { wishes } = transaction;
    if (loaded.nowMs !== null && wishes.areNone) {
      if (outcome.kind === 'thrown') throw outcome.error;
      return { value: outcome.value, transaction };
    }
    if (loaded.nowMs === null) for (const id of terms.about) wishes.cards.add(id);
    const errands = errandsFor(wishes, columns, purpose);
    const answers = await askAll(
      client,
      errands.map(({ query }) => query),
    );
    for (const [n, { keep }] of errands.entries()) keep(answers[n] ?? [], loaded);
  }
}

type Settled<T> = { readonly kind: 'given'; readonly value: T } | { readonly kind: 'thrown'; readonly error: unknown };

function settled<T>(call: () => T): Settled<T> {
  try {
    return { kind: 'given', value: call() };
  } catch (error) {
    return { kind: 'thrown', error };
  }
}
