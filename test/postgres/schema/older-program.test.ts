/** A database that an older program made is ours too, and the older program goes on working beside us. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import { fromNow, ids, take } from '../../contract/given.ts';
import { connect, query } from '../connection.ts';
import { newDatabase } from '../database.ts';
import { MAKES, OlderProgram, shapeName, USUAL, type Make } from './older-program.ts';

const DAY = new Date('2026-01-31T09:30:00.123Z');

interface Neighbours {
  readonly url: string;
  readonly older: OlderProgram;
  readonly backlog: Backlog;
}

/** The older program was here first; ours opens its database when it is first asked for something. */
async function neighbours(make: Make = USUAL): Promise<Neighbours> {
  const { url } = await newDatabase();
  const older = await OlderProgram.first(url, make);
  const backlog = await openBacklog({ databaseUrl: url, actor: 'ours' });
  onTestFinished(async () => {
    await backlog.close();
    await older.close();
  });
  return { url, older, backlog };
}

/** One card of every status, with everything that the fifteen columns can hold. */
async function lived(older: OlderProgram): Promise<void> {
  await older.create({ id: 'ready', priority: 2 });
  await older.create({ id: 'done' });
  await older.create({ id: 'waits', dependsOn: ['done', 'ready'] });
  await older.create({ id: 'held' });
  await older.create({ id: 'parked', idempotencyKey: 'k' });
  await older.sql(`update backlog set body = E'two\\nlines', phase = 'M1', acceptance = '{"z":1,"a":[null,"x"]}'
    where id = 'ready'`);
  await older.sql(
    `update backlog set status = 'claimed', claim_owner = 'w1', claim_ttl_seconds = 86400, claimed_at = $1, attempts = 3
      where id = 'held'`,
    [fromNow(-1)],
  );
  await older.sql(
    `update backlog set status = 'done', claim_owner = 'w2', claim_ttl_seconds = 60, claimed_at = $1
    where id = 'done'`,
    [DAY],
  );
  await older.block('parked');
  await older.sql('update backlog set created_at = $1, updated_at = $1', [DAY]);
}

describe.each(MAKES.map((make) => ({ make, name: shapeName(make) })))('a table of $name', ({ make }) => {
  it('is opened with everything in it', async () => {
    const { older, backlog } = await neighbours(make);
    await lived(older);
    const { cards, damaged } = await backlog.list();
    expect(damaged).toEqual([]);
    expect(ids(cards)).toEqual(['ready', 'done', 'held', 'parked', 'waits']);
    const byId = Object.fromEntries(cards.map((card) => [card.id, card]));
    const times = { createdAt: DAY.toISOString(), updatedAt: DAY.toISOString(), rev: 1, labels: [], result: null };
    expect(byId['ready']).toMatchObject({ ...times, body: 'two\nlines', phase: 'M1', priority: 2, maxAttempts: null });
    expect(byId['ready']?.acceptance).toEqual({ z: 1, a: [null, 'x'] });
    expect(byId['held']).toMatchObject({ ...times, claimOwner: 'w1', claimTtlSeconds: 86_400, attempts: 3 });
    expect(byId['done']).toMatchObject({ ...times, status: 'done', claimOwner: null, claimedAt: null });
    expect(byId['waits']?.dependsOn).toEqual(['done', 'ready']);
    expect(byId['parked']).toMatchObject({ status: 'blocked', idempotencyKey: 'k' });
    expect((await backlog.doctor()).findings).toEqual([]);
  });

  it('does for both what each of them does', async () => {
    const { older, backlog } = await neighbours(make);
    await older.create({ id: 'a', priority: 1 });
    await backlog.create({ id: 'b', title: 'B', dependsOn: ['a'], acceptance: ['x'] });
    await older.create({ id: 'c' });

    expect(await older.claim('theirs')).toMatchObject({ id: 'a', attempts: 1 });
    expect(await backlog.claim({ owner: 'ours' })).toMatchObject({ id: 'c' });
    expect(await older.claim('theirs')).toBeNull();
    expect(await backlog.explain({ id: 'b' })).toMatchObject([{ obstacles: [{ kind: 'dependency', id: 'a' }] }]);
    await older.complete('a');
    expect(await backlog.get({ id: 'a' })).toMatchObject({ status: 'done', claimOwner: null });
    expect(await older.claim('theirs')).toMatchObject({ id: 'b', acceptance: ['x'] });
    await backlog.release({ id: 'b', owner: 'theirs', attempt: 1 });
    await backlog.unblock({ id: 'b' });
    await backlog.complete({ id: 'c', owner: 'ours' });
    await older.link('b', 'c');
    expect(await backlog.get({ id: 'b' })).toMatchObject({ dependsOn: ['a', 'c'] });
    expect(await older.claim('theirs')).toMatchObject({ id: 'b', attempts: 2 });
    expect(await older.stats()).toEqual({ claimed: 1, done: 2 });
    expect((await older.list()).map(({ id }) => id)).toEqual(ids((await backlog.list()).cards));
    expect((await backlog.doctor()).findings).toEqual([]);
  });

  it('takes over what the other has let expire', async () => {
    const { older, backlog } = await neighbours(make);
    const early = fromNow(-100);
    const expire = (): Promise<unknown> => older.sql('update backlog set claimed_at = $1', [early]);
    await older.create({ id: 'a' });
    await older.claim('theirs', 10);
    await expire();
    expect(await backlog.claim({ owner: 'ours', ttlSeconds: 10 })).toMatchObject({ id: 'a', attempts: 2 });
    expect(await older.claim('theirs')).toBeNull();
    await expire();
    expect(await older.claim('theirs')).toMatchObject({ id: 'a', attempts: 3, claim_owner: 'theirs' });
    await expect(backlog.complete({ id: 'a', owner: 'ours', attempt: 2 })).rejects.toMatchObject({
      code: 'CLAIM_LOST',
    });
    await older.sql('update backlog set claim_ttl_seconds = 10, claimed_at = $1', [early]);
    expect(await older.reclaim()).toEqual(['a']);
    expect(await backlog.get({ id: 'a' })).toMatchObject({ status: 'ready', claimOwner: null });
  });

  it('never gives one card to both', async () => {
    const { url, older, backlog } = await neighbours(make);
    const count = 60;
    const cards = Array.from({ length: count }, (_, n) => ({ id: `c${n}`, dependsOn: n < 20 ? [] : [`c${n - 20}`] }));
    for (const card of cards) await older.create(card);
    await backlog.stats();
    await older.sql(
      `update backlog set status = 'claimed', claim_owner = 'ghost', claim_ttl_seconds = 1, claimed_at = $1
      where id in ('c0', 'c5', 'c19')`,
      [fromNow(-100)],
    );
    const worked: string[] = [];
    const ours = async (owner: string): Promise<void> => {
      for (let n = 0; worked.length < count && n < 1000; n++) {
        const card = await backlog.claim({ owner });
        if (card === null) await sleep(2);
        else worked.push((await backlog.complete({ id: card.id, owner, attempt: card.attempts })).id);
      }
    };
    const theirs = async (owner: string): Promise<void> => {
      const program = await OlderProgram.start(url, make);
      for (let n = 0; worked.length < count && n < 1000; n++) {
        const card = await program.claim(owner);
        if (card === null) await sleep(2);
        else {
          await program.complete(String(card['id']));
          worked.push(String(card['id']));
        }
      }
      await program.close();
    };
    await Promise.all([...['o1', 'o2', 'o3'].map(ours), ...['t1', 't2', 't3'].map(theirs)]);
    expect(worked.toSorted()).toEqual(cards.map(({ id }) => id).toSorted());
    const claims = (await backlog.history()).filter(({ kind, by }) => kind === 'claimed' && by !== 'ghost');
    expect(claims.map(({ id }) => id).toSorted()).toEqual(worked.toSorted());
    expect(claims.some(({ by }) => by?.startsWith('o'))).toBe(true);
    expect(claims.some(({ by }) => by?.startsWith('t'))).toBe(true);
    expect(await older.stats()).toEqual({ done: count });
  });
});

describe('what the older program does', () => {
  it('has its line in the history, with who and from what to what, and counts as a revision', async () => {
    const { older, backlog } = await neighbours();
    await backlog.stats();
    await older.create({ id: 'a' });
    await older.claim('w1', 60);
    await older.sql('update backlog set claim_ttl_seconds = 120');
    await older.sql(`update backlog set claimed_at = now() - interval '1 hour'`);
    await older.reclaim();
    await older.claim('w2');
    await older.complete('a');
    await older.create({ id: 'b' });
    await older.block('b');
    await older.sql(`update backlog set status = 'ready' where id = 'b'`);
    await older.sql(`update backlog set title = 'Other' where id = 'b'`);
    await older.sql(`update backlog set title = 'Other' where id = 'b'`);
    await older.sql(`delete from backlog where id = 'b'`);
    const told = (await backlog.history()).map(({ id, kind, by, from, to, rev }) => [id, kind, by, from, to, rev]);
    expect(told).toEqual([
      ['a', 'created', null, null, 'ready', 1],
      ['a', 'claimed', 'w1', 'ready', 'claimed', 2],
      ['a', 'renewed', 'w1', 'claimed', 'claimed', 3],
      ['a', 'renewed', 'w1', 'claimed', 'claimed', 4],
      ['a', 'reclaimed', null, 'claimed', 'ready', 5],
      ['a', 'claimed', 'w2', 'ready', 'claimed', 6],
      ['a', 'completed', 'w2', 'claimed', 'done', 7],
      ['b', 'created', null, null, 'ready', 1],
      ['b', 'blocked', null, 'ready', 'blocked', 2],
      ['b', 'unblocked', null, 'blocked', 'ready', 3],
      ['b', 'edited', null, 'ready', 'ready', 4],
      ['b', 'deleted', null, 'ready', null, 0],
    ]);
    const history = await backlog.history();
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, n) => n + 1));
    expect(await backlog.get({ id: 'a' })).toMatchObject({ rev: 7 });
    await expect(backlog.update({ id: 'a', title: 'Ours', rev: 6 })).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
    });
  });

  it('is seen by those who watch, in the order in which it was committed', async () => {
    const { older, backlog } = await neighbours();
    await backlog.create({ id: 'a', title: 'A' });
    const seen = take(backlog.watch({ since: 0 }), 4);
    await older.claim('theirs');
    await older.complete('a');
    await backlog.create({ id: 'b', title: 'B' });
    expect((await seen).map(({ seq, id, kind }) => [seq, id, kind])).toEqual([
      [1, 'a', 'created'],
      [2, 'a', 'claimed'],
      [3, 'a', 'completed'],
      [4, 'b', 'created'],
    ]);
  });

  it('wakes those who wait for a card', async () => {
    const { url, older, backlog } = await neighbours();
    await older.create({ id: 'a' });
    await backlog.claim({ owner: 'ours' });
    const other = await openBacklog({ databaseUrl: url });
    onTestFinished(() => other.close());
    const waits = other.claim({ owner: 'waiter', waitSeconds: 30 });
    await older.create({ id: 'b' });
    expect(await waits).toMatchObject({ id: 'b', claimOwner: 'waiter' });
  });

  it('is not told where it was undone', async () => {
    const { older, backlog } = await neighbours();
    await backlog.stats();
    await older.sql('begin');
    await older.create({ id: 'a' });
    await older.sql('rollback');
    await older.create({ id: 'b' });
    expect(await backlog.history()).toMatchObject([{ seq: 1, id: 'b' }]);
  });

  it('keeps nobody else waiting while its transaction is open', async () => {
    const { older, backlog } = await neighbours();
    await backlog.create({ id: 'a', title: 'A' });
    await older.sql('begin');
    await older.create({ id: 'b' });
    expect(await backlog.claim({ owner: 'ours' })).toMatchObject({ id: 'a' });
    await older.sql('commit');
    expect((await backlog.history()).map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'a created',
      'a claimed',
      'b created',
    ]);
  });
});

it.each(MAKES)('creates nothing twice under one key, whoever of the two was first ($keys)', async (make) => {
  const { older, backlog } = await neighbours(make);
  await older.create({ id: 'a', idempotencyKey: 'k1' });
  expect(await backlog.create({ id: 'a2', title: 'A', idempotencyKey: 'k1' })).toMatchObject({ id: 'a' });
  await backlog.create({ id: 'b', title: 'B', idempotencyKey: 'k2' });
  expect(await older.create({ id: 'b2', idempotencyKey: 'k2' })).toBe('b');
  const atOnce = await Promise.all([
    ...[1, 2, 3].map(async (n) => (await backlog.create({ id: `o${n}`, title: 'C', idempotencyKey: 'k3' })).id),
    older.create({ id: 't', idempotencyKey: 'k3' }),
  ]);
  expect(new Set(atOnce).size).toBe(1);
  expect(await older.list()).toHaveLength(3);
  const unique = await older.sql(`select from pg_index where indrelid = 'backlog'::regclass and indisunique`);
  expect(unique).toHaveLength(2);
});

it('is opened in the middle of what the older program does, and none of its statements fails', async () => {
  const { url, older, backlog } = await neighbours();
  await older.create({ id: 'a' });
  await older.sql('begin');
  await older.sql('select * from backlog for update');
  const opened = backlog.list();
  const observer = await connect(url);
  onTestFinished(() => observer.end());
  while ((await query(observer, 'select from pg_locks where not granted')).length === 0) await sleep(20);
  await older.sql(`update backlog set title = 'Changed'`);
  await older.sql('commit');
  expect((await opened).cards).toMatchObject([{ id: 'a', title: 'Changed' }]);
});

it('lets the older program work as a user who may use its table and nothing else', async () => {
  const { url, older, backlog } = await neighbours();
  const role = `older_${new URL(url).pathname.slice(1)}`;
  await older.sql(`create role ${role} login password 'of-the-older'`);
  await older.sql(`grant select, insert, update, delete on backlog to ${role}`);
  await backlog.stats();
  const address = new URL(url);
  address.username = role;
  address.password = 'of-the-older';
  const restricted = await OlderProgram.start(address.href);
  onTestFinished(async () => {
    await restricted.close();
    await older.sql(`drop owned by ${role}; drop role ${role}`);
  });
  await restricted.create({ id: 'a' });
  expect(await restricted.claim('theirs')).toMatchObject({ id: 'a' });
  await restricted.complete('a');
  expect((await backlog.history()).map(({ kind }) => kind)).toEqual(['created', 'claimed', 'completed']);
});

it('keeps a card of ours whole through what the older program does with it', async () => {
  const { older, backlog } = await neighbours();
  const card = {
    id: 'a',
    title: 'A',
    labels: ['x'],
    maxAttempts: 5,
    acceptance: { z: 1, a: 2 },
    'x-own': { z: 1, a: 2 },
  };
  await backlog.import({ lines: [JSON.stringify(card)] });
  await older.claim('theirs');
  await older.complete('a');
  const kept = await backlog.get({ id: 'a' });
  expect(kept).toMatchObject({ ...card, status: 'done', attempts: 1, rev: 3 });
  expect(JSON.stringify([kept.acceptance, kept['x-own']])).toBe('[{"z":1,"a":2},{"z":1,"a":2}]');
  await older.sql(`update backlog set acceptance = '{"new":true}'`);
  expect((await backlog.get({ id: 'a' })).acceptance).toEqual({ new: true });
});
