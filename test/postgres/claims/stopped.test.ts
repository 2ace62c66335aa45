/** Hosts that are stopped or killed in the middle of their work: their cards come back, and they finish nothing later. */
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { line } from '../../contract/given.ts';
import { judge } from '../../processes/judge.ts';
import { newPostgresStore, type PostgresStore } from '../postgres-store.ts';
import { startHost } from './host.ts';

async function givenCards(count: number): Promise<{ readonly store: PostgresStore; readonly backlog: Backlog }> {
  const store = await newPostgresStore();
  const backlog = await store.open({ actor: 'test' });
  onTestFinished(async () => {
    await backlog.close();
    await store.remove();
  });
  await backlog.import({ lines: Array.from({ length: count }, (_, n) => line({ id: `card-${n}` })) });
  return { store, backlog };
}

test('a host that was stopped for longer than its claim lasts can finish nothing', async () => {
  const { store, backlog } = await givenCards(1);
  const stopped = startHost({ url: store.url, owners: ['stopped'], ttlSeconds: 1, stopAt: 1 });
  await stopped.hasSaid('claimed');
  const taken = await backlog.claim({ owner: 'next', ttlSeconds: 900, waitSeconds: 30 });
  expect(taken).toMatchObject({ id: 'card-0', attempts: 2 });
  stopped.signal('SIGCONT');
  await stopped.hasSaid('lost');
  expect(await backlog.get({ id: 'card-0' })).toEqual(taken);
  await backlog.complete({ id: 'card-0', owner: 'next', attempt: 2 });
  await stopped.ended;
  expect(stopped.said.map(({ kind }) => kind)).toEqual(['claimed', 'lost']);
  const history = await backlog.history();
  expect(judge(history)).toMatchObject({ wrong: [], takeovers: 1 });
  expect(history.at(-1)).toMatchObject({ kind: 'completed', by: 'next' });
});

test('hosts that are killed at any moment lose their claims, and the others finish every card once', async () => {
  const cards = 150;
  const { store, backlog } = await givenCards(cards);
  const steady = startHost({ url: store.url, owners: ['s0', 's1', 's2', 's3'], ttlSeconds: 2 });
  const killed: string[] = [];
  const acknowledged = [steady.said];
  for (let life = 0; life < 5; life += 1) {
    const owners = [`v${life}-0`, `v${life}-1`, `v${life}-2`, `v${life}-3`];
    const victim = startHost({ url: store.url, owners, ttlSeconds: 2 });
    // While it works: with all its claims, some of them in the middle of a change.
    await Promise.race([victim.hasSaid('claimed', 4 + life), victim.ended]);
    victim.signal('SIGKILL');
    await victim.ended;
    killed.push(...owners);
    acknowledged.push(victim.said);
  }
  await steady.ended;
  const verdict = judge(await backlog.history());
  expect(verdict.wrong).toEqual([]);
  expect(verdict.completed.size).toBe(cards);
  for (const { kind, owner, id, attempt } of acknowledged.flat()) {
    if (kind === 'completed') expect(verdict.completed.get(id), id).toEqual({ by: owner, attempt });
  }
  // Only who was killed may have completed a card without having said so.
  const told = new Set(acknowledged.flat().flatMap(({ kind, id }) => (kind === 'completed' ? [id] : [])));
  for (const [id, { by }] of verdict.completed) if (!told.has(id)) expect(killed, id).toContain(by);
});
