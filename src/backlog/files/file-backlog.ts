/** The backlog on files: what the operations of the contract ask of a store, asked of the file store. */
import type { Backlog } from '../backlog.ts';
import type { Decide, Store } from '../store.ts';
import { StoredBacklog } from '../stored-backlog.ts';
import { couldClaim } from '../operations/claim.ts';
import { asDiskError } from './disk-error.ts';
import type { FileStore } from './file-store.ts';
import { GroupCommit } from './group-commit.ts';
import { changesSince, presentOf } from './history.ts';
import { exportLines, getCard, listCards } from './reading.ts';

export function fileBacklog(store: FileStore): Backlog {
  return new StoredBacklog(operationsOn(store));
}

export function operationsOn(store: FileStore): Store {
  const { clock } = store;
  const group = new GroupCommit(store);
  return {
    clock,
    change: <T>(decide: Decide<T>) => group.change(decide),
    rehearse: (decide) => store.rehearse(decide),
    card: (id) => getCard(store, id),
    list: (options) => listCards(store, options),
    async explain(id) {
      const { explainCards } = await import('./survey.ts');
      return explainCards(store, id);
    },
    async stats() {
      const { statsOf } = await import('./survey.ts');
      return statsOf(store);
    },
    changes: (since, id) => changesSince(store, since, id),
    async *watch(since, signal) {
      // Before anything is loaded: what happens meanwhile is news.
      const from = since === undefined ? await presentOf(store) : { since, at: null };
      const { watchChanges } = await import('./watching.ts');
      yield* watchChanges(store, from, signal);
    },
    async *lines() {
      yield* await exportLines(store);
    },
    async doctor(options) {
      try {
        const { examine } = await import('./doctor/doctor.ts');
        return await examine(store, options);
      } catch (error) {
        throw asDiskError(error);
      }
    },
    mayClaim: (choice) => store.read((transaction) => couldClaim(transaction, choice), 'usual'),
    untilNextMomentMs: () =>
      store.read((transaction, { index }) => {
        const momentMs = index.nextMomentMs(transaction.nowMs);
        return momentMs === null ? null : momentMs - clock.wallMs();
      }, 'usual'),
    noticesEarly: true,
    async notice() {
      const { noticeChanges } = await import('./watching.ts');
      return noticeChanges(store);
    },
    async close() {
      // What was asked for in the same breath gets its turn first.
      await group.begun();
      store.close();
    },
  };
}
