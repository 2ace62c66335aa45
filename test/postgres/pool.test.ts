/** Behind a pool that hands each transaction to another server process, prepared statements are not where they were. */
import { expect, it, onTestFinished } from 'vitest';
import { claimCards } from '../../src/backlog/operations/claim.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { PostgresStore } from '../../src/backlog/postgres/postgres-store.ts';
import { newDatabase } from './database.ts';
import { settingsFor } from './settings.ts';

async function storeOnItsOwn(): Promise<{ readonly store: PostgresStore; readonly url: string }> {
  const database = await newDatabase();
  const store = new PostgresStore(settingsFor(database.url));
  onTestFinished(async () => {
    await store.sessions.close();
    await database.remove();
  });
  return { store, url: database.url };
}

async function preparedIn(store: PostgresStore): Promise<readonly string[]> {
  return store.sessions.use(async (client) => {
    const { rows } = await client.query<{ name: string }>('SELECT name FROM pg_prepared_statements');
    return rows.map(({ name }) => name);
  });
}

async function claim(store: PostgresStore): Promise<readonly string[]> {
  return store.change((transaction) => claimCards(transaction, { owner: 'w' }).map((card) => card.id));
}

it('a change is made, once, where a statement that was prepared is not there any more', async () => {
  const { store } = await storeOnItsOwn();
  for (const id of ['a', 'b', 'c']) await store.change((transaction) => createCard(transaction, { id, title: id }));
  expect(await claim(store)).toEqual(['a']);
  expect(await preparedIn(store)).not.toEqual([]);
  await store.sessions.use((client) => client.query('DEALLOCATE ALL'));
  expect(await claim(store)).toEqual(['b']);
  expect(await claim(store)).toEqual(['c']);
  expect(await claim(store)).toEqual([]);
  expect(await preparedIn(store)).toEqual([]);
});

it('a change is made, once, where somebody else has prepared a statement of that name', async () => {
  const { store, url } = await storeOnItsOwn();
  for (const id of ['a', 'b']) await store.change((transaction) => createCard(transaction, { id, title: id }));
  expect(await claim(store)).toEqual(['a']);
  const names = await preparedIn(store);
  const behindPool = new PostgresStore(settingsFor(url));
  onTestFinished(() => behindPool.sessions.close());
  await behindPool.sessions.use(async (client) => {
    for (const name of names) await client.query(`PREPARE "${name}" AS SELECT 'of somebody else'`);
  });
  expect(await claim(behindPool)).toEqual(['b']);
});
