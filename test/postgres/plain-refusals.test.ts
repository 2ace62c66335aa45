/** What would be the same the next time is said at once, and not tried for a minute. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { openBacklog } from '../../src/backlog/open.ts';
import { connect, query } from './connection.ts';
import { newPostgresStore } from './postgres-store.ts';

/** Far below the minute for which a server that was reached is waited for. */
const SOON = { timeout: 30_000 };

async function given(): Promise<{ readonly url: string; readonly backlog: Backlog }> {
  const store = await newPostgresStore();
  const backlog = await store.open({ actor: 'test' });
  onTestFinished(async () => {
    await backlog.close();
    await store.remove();
  });
  return { url: store.url, backlog };
}

async function asAnotherProgram(url: string, sql: string): Promise<void> {
  const connection = await connect(url);
  await query(connection, sql);
  await connection.end();
}

test('something that hangs up on everybody was never reached, and is not waited for', SOON, async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const backlog = await openBacklog({ databaseUrl: `postgres://nobody@127.0.0.1:${port}/none` });

  await expect(backlog.stats()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  await backlog.close();
});

test('a database that an operator has made read-only by default is not written to', SOON, async () => {
  const { url, backlog } = await given();
  await backlog.create({ id: 'A', title: 'a card' });
  const name = new URL(url).pathname.slice(1);
  await asAnotherProgram(url, `alter database ${name} set default_transaction_read_only = on`);
  onTestFinished(() => asAnotherProgram(url, `begin read write; alter database ${name} reset all; commit`));
  const reader = await openBacklog({ databaseUrl: url });

  await expect(reader.claim({ owner: 'worker' })).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
  expect(await reader.get({ id: 'A' })).toMatchObject({ status: 'ready', rev: 1 });
  await reader.close();
});

test('a history that is ahead of its number is told of', SOON, async () => {
  const { url, backlog } = await given();
  await backlog.create({ id: 'A', title: 'a card' });
  await asAnotherProgram(url, 'update backlog_store set last_seq = 0');

  await expect(backlog.block({ id: 'A' })).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
  expect(await backlog.get({ id: 'A' })).toMatchObject({ status: 'ready', rev: 1 });
});

test('an idempotency key moves from one card to another within one import', SOON, async () => {
  const { backlog } = await given();
  await backlog.import({
    lines: [
      '{"id":"first","title":"a card","idempotencyKey":"one"}',
      '{"id":"second","title":"a card","idempotencyKey":"two"}',
    ],
  });

  await backlog.import({
    update: true,
    lines: [
      '{"id":"second","title":"a card","idempotencyKey":"three"}',
      '{"id":"first","title":"a card","idempotencyKey":"two"}',
    ],
  });

  expect(await backlog.get({ id: 'first' })).toMatchObject({ idempotencyKey: 'two', rev: 2 });
  expect(await backlog.get({ id: 'second' })).toMatchObject({ idempotencyKey: 'three', rev: 2 });
});

test('what was mistyped in a batch is likened to each card once', SOON, async () => {
  const { backlog } = await given();
  await backlog.create({ id: 'card-44', title: 'a card' });
  const lines = ['{"op":"update","id":"card-44","title":"another title"}', '{"op":"complete","id":"card-45"}'];

  await expect(backlog.batch({ lines })).rejects.toMatchObject({ hint: 'Did you mean card-44?' });
});

test('explain and list answer soon, however many cards there are', SOON, async () => {
  const { backlog } = await given();
  const lines = Array.from({ length: 3000 }, (_, n) => `{"id":"card-${n}","title":"number ${n}","priority":${-n}}`);
  await backlog.import({ lines });

  expect(await backlog.explain()).toHaveLength(3000);
  const { cards } = await backlog.list({ text: 'number 2999', limit: 1 });
  expect(cards.map(({ id }) => id)).toEqual(['card-2999']);
});
