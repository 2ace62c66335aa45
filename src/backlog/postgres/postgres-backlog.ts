/** The backlog on a server: what the operations of the contract ask of a store, asked of Postgres. */
import type { Backlog } from '../backlog.ts';
import { couldClaim } from '../operations/claim.ts';
import { mustGet } from '../operations/one-card.ts';
import type { Decide, Store } from '../store.ts';
import { StoredBacklog } from '../stored-backlog.ts';
import { examine } from './doctor/doctor.ts';
import { watchChanges } from './following.ts';
import { changesSince } from './history.ts';
import { Listening } from './listening.ts';
import { PostgresStore, type PostgresStoreSettings } from './postgres-store.ts';
import { exportLines, listCards } from './reading.ts';
import { explainCards, statsOf, untilNextMomentMs } from './survey.ts';

export function postgresBacklog(settings: PostgresStoreSettings): Backlog {
  return new StoredBacklog(operationsOn(new PostgresStore(settings)));
}

function operationsOn(store: PostgresStore): Store {
  const listening = new Listening(store);
  return {
    clock: store.clock,
    change: <T>(decide: Decide<T>, about?: readonly string[]) => store.change(decide, about),
    rehearse: (decide, about) => store.rehearse(decide, about),
    card: (id) => store.rehearse((transaction) => mustGet(transaction, id)),
    list: (options) => listCards(store, options),
    explain: (id) => explainCards(store, id),
    stats: () => statsOf(store),
    changes: (since, id) => changesSince(store, since, id),
    watch: (since, signal) => watchChanges(store, listening, since, signal),
    lines: () => exportLines(store),
    doctor: (options) => examine(store, options),
    mayClaim: (choice) => store.rehearse((transaction) => couldClaim(transaction, choice)),
    untilNextMomentMs: () => untilNextMomentMs(store),
    noticesEarly: false,
    notice: () => listening.notice('work'),
    async close() {
      listening.close();
      await store.sessions.close();
    },
  };
}
