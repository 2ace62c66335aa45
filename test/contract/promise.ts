/**
 * What every promise of the contract stands on: a test with an empty store of its own.
 * A store under test brings one function, `NewStore`; everything else here is the same for all of them.
 */
import { test, type TestAPI } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';

/** The author of every change in these tests that names no owner. */
export const ACTOR = 'contract';

/** A store that nobody has written to. Each `open` is one more handle on the same store. */
export interface EmptyStore {
  open(options: { readonly actor: string }): Promise<Backlog>;
  remove(): Promise<void>;
}

export type NewStore = () => Promise<EmptyStore>;

export interface Fixtures {
  readonly store: EmptyStore;
  /** A handle on the test's store. */
  readonly backlog: Backlog;
  /** A second handle on the same store, as another program would hold it. */
  readonly other: Backlog;
  /** A handle on another store, as empty as the first. */
  readonly elsewhere: Backlog;
}

export type PromiseTest = TestAPI<Fixtures>;

export function promiseTest(newStore: NewStore): PromiseTest {
  return test.extend<Fixtures>({
    // vitest reads from the pattern which fixtures this one needs, and wants the pattern even when it needs none
    // oxlint-disable-next-line no-empty-pattern
    store: async ({}, use) => {
      const store = await newStore();
      await use(store);
      await store.remove();
    },
    backlog: async ({ store }, use) => {
      const backlog = await store.open({ actor: ACTOR });
      await use(backlog);
      await backlog.close();
    },
    other: async ({ store }, use) => {
      const other = await store.open({ actor: 'somebody else' });
      await use(other);
      await other.close();
    },
    // oxlint-disable-next-line no-empty-pattern
    elsewhere: async ({}, use) => {
      const store = await newStore();
      const elsewhere = await store.open({ actor: ACTOR });
      await use(elsewhere);
      await elsewhere.close();
      await store.remove();
    },
  });
}
