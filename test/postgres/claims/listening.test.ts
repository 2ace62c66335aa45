/** Who watches and who waits is woken by the server, misses nothing and hears nothing twice, however often he is cut off. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { take } from '../../contract/given.ts';
import { type Connection, connect, query } from '../connection.ts';
import { newPostgresStore } from '../postgres-store.ts';

const isDeep = process.env['MOSAIC_LISTENING'] === 'deep';
const CHANGES = isDeep ? 10_000 : 500;
/** How far the writers come between two losses. */
const CHANGES_BETWEEN = 25;
const MEASURED = 20;

interface Given {
  readonly url: string;
  readonly writer: Backlog;
  readonly listener: Backlog;
}

async function givenHandles(): Promise<Given> {
  const store = await newPostgresStore();
  const writer = await store.open({ actor: 'writer' });
  const listener = await store.open({ actor: 'listener' });
  onTestFinished(async () => {
    await Promise.all([writer.close(), listener.close()]);
    await store.remove();
  });
  // A server that was never reached is not waited for.
  await Promise.all([writer.stats(), listener.stats()]);
  return { url: store.url, writer, listener };
}

/** Ends every connection to the database but this one. @returns how many there were */
async function endAll(connection: Connection): Promise<number> {
  const others = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  return (await query(connection, others)).length;
}

interface Progress {
  changes: number;
}

async function change(backlog: Backlog, prefix: string, progress: Progress): Promise<void> {
  for (let n = 0; n < CHANGES / 4; n += 1) {
    const id = `${prefix}-${n}`;
    await backlog.create({ id, title: 'Card' });
    await backlog.complete({ id });
    progress.changes += 2;
  }
}

test(
  `of ${CHANGES} changes a watcher misses none and hears none twice while all connections are ended again and again`,
  {
    timeout: 600_000,
  },
  async () => {
    const { url, writer, listener } = await givenHandles();
    const watched = [listener, listener, writer].map((handle) => take(handle.watch({ since: 0 }), CHANGES));
    const connection = await connect(url);
    const progress = { changes: 0 };
    // Two writers on one handle, so that connections are ended in the middle of changes too.
    const writing = Promise.all([change(writer, 'a', progress), change(writer, 'b', progress)]);
    let ended = 0;
    for (let at = 0; at < CHANGES; at += CHANGES_BETWEEN) {
      while (progress.changes < at) await Promise.race([sleep(2), writing]);
      ended += await endAll(connection);
    }
    await writing;
    await connection.end();
    const history = await writer.history();
    expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: CHANGES }, (_, n) => n + 1));
    for (const changes of watched) expect(await changes).toEqual(history);
    console.log(`${ended} connections were ended.`);
    expect(ended).toBeGreaterThan(10);
  },
);

test('who waits for a card gets it although his connections are ended again and again', async () => {
  const { url, writer, listener } = await givenHandles();
  const connection = await connect(url);
  for (let n = 0; n < 10; n += 1) {
    const claim = listener.claim({ owner: `w${n}`, waitSeconds: 60 });
    await sleep(20 * n);
    await endAll(connection);
    const made = writer.create({ id: `card-${n}`, title: 'Card' });
    await endAll(connection);
    await made;
    await endAll(connection);
    expect(await claim).toMatchObject({ id: `card-${n}`, claimOwner: `w${n}`, attempts: 1 });
  }
  await connection.end();
  expect(await writer.history()).toHaveLength(20);
});

test('who waits is woken by the change and not by looking now and then', async () => {
  const { writer, listener } = await givenHandles();
  const latencies: number[] = [];
  for (let n = 0; n < MEASURED; n += 1) {
    const claim = listener.claim({ owner: 'w', waitSeconds: 60 });
    // At any moment of the second after which he would look by himself.
    await sleep(100 + Math.random() * 300);
    await writer.create({ id: `card-${n}`, title: 'Card' });
    const begunMs = performance.now();
    await claim;
    latencies.push(performance.now() - begunMs);
  }
  console.log(`A waiting claim was woken after ${median(latencies).toFixed(1)} ms.`);
  expect(median(latencies), 'far below the half of a second that looking takes').toBeLessThan(250);
});

test('who watches is woken by the change, also after his connection was lost', async () => {
  const { url, writer, listener } = await givenHandles();
  const over = new AbortController();
  const changes = listener.watch({ since: 0, signal: over.signal })[Symbol.asyncIterator]();
  const connection = await connect(url);
  const latencies: number[] = [];
  for (let n = 0; n < MEASURED; n += 1) {
    const next = changes.next();
    await endAll(connection);
    // By then he listens again.
    await sleep(100 + Math.random() * 200);
    await writer.create({ id: `card-${n}`, title: 'Card' });
    const begunMs = performance.now();
    expect(await next).toMatchObject({ value: { id: `card-${n}` } });
    latencies.push(performance.now() - begunMs);
  }
  await connection.end();
  over.abort();
  console.log(`A watch was woken after ${median(latencies).toFixed(1)} ms.`);
  expect(median(latencies)).toBeLessThan(250);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
