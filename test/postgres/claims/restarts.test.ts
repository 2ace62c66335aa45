/**
 * The server dies under load, again and again: what was acknowledged is there afterwards, nothing was done twice, and the
 * workers go on by themselves. Their claims last for longer than the test: one that was taken and not told to its worker
 * would stay claimed, and the backlog would never be empty.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Backlog, Change } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import { line, take } from '../../contract/given.ts';
import { judge } from '../../processes/judge.ts';
import { type Server, startServer, type StopMode } from '../server.ts';
import { type Host, startHost } from './host.ts';

const isDeep = process.env['MOSAIC_RESTARTS'] === 'deep';
const CARDS = isDeep ? 5000 : 200;
const HOSTS = 4;
const STOPS: readonly StopMode[] = ['kill', 'immediate', 'kill', 'fast'];
const ROUNDS = isDeep ? 10 : 1;

let server: Server;
beforeAll(async () => {
  server = await startServer();
  return () => server.remove();
});

test(
  'workers finish every card once, while their server is killed and started again',
  { timeout: 600_000 },
  async () => {
    const { url } = await server.createDatabase();
    const backlog = await openBacklog({ databaseUrl: url, actor: 'test' });
    onTestFinished(() => backlog.close());
    await backlog.import({
      lines: Array.from({ length: CARDS }, (_, n) => line({ id: `card-${n}`, priority: n % 3 })),
    });

    const hosts = Array.from({ length: HOSTS }, (_, n) =>
      startHost({ url, owners: [`a${n}`, `b${n}`, `c${n}`], ttlSeconds: 86_400 }),
    );
    await Promise.all(hosts.map((host) => host.hasSaid('completed')));
    const stops = Array.from({ length: ROUNDS }, () => STOPS).flat();
    for (const [n, mode] of stops.entries()) {
      // Some more each time, so that each stop meets work.
      await someAreDone(hosts, ((n + 1) * CARDS * 0.8) / (stops.length + 1));
      await server.stop(mode);
      await server.start();
    }
    await Promise.all(hosts.map((host) => host.ended));

    const said = hosts.flatMap((host) => host.said);
    const history = await backlog.history();
    expect(judge(history)).toMatchObject({ wrong: [], takeovers: 0 });
    expect(history, 'each card was imported, claimed and completed, and nothing else').toHaveLength(3 * CARDS);
    for (const kind of ['claimed', 'completed']) {
      const done = history.filter((change) => change.kind === kind).map(({ id, by }) => `${id} by ${by}`);
      const told = said.filter((one) => one.kind === kind).map(({ id, owner }) => `${id} by ${owner}`);
      expect(told.toSorted(), kind).toEqual(done.toSorted());
    }
    expect(said.filter(({ kind }) => kind === 'lost')).toEqual([]);
    expect((await backlog.doctor()).findings).toEqual([]);
  },
);

async function someAreDone(hosts: readonly Host[], count: number): Promise<void> {
  const failure = Promise.all(hosts.map((host) => host.ended));
  while (hosts.flatMap((host) => host.said).filter(({ kind }) => kind === 'completed').length < count) {
    await Promise.race([sleep(5), failure]);
  }
}

test(
  'every create that was acknowledged is there, and none says that it was refused because of itself',
  { timeout: 300_000 },
  async () => {
    const { url } = await server.createDatabase();
    const handles = Array.from({ length: 6 }, () => openBacklog({ databaseUrl: url, actor: 'test' }));
    const backlogs = await Promise.all(handles);
    onTestFinished(async () => {
      await Promise.all(backlogs.map((backlog) => backlog.close()));
    });
    // A server that was never reached is not waited for.
    await Promise.all(backlogs.map((backlog) => backlog.stats()));
    let over = false;
    const made: string[] = [];
    const creators = backlogs.map(async (backlog, creator) => {
      for (let n = 0; !over; n += 1) {
        const { id } = await backlog.create({ id: `card-${creator}-${n}`, title: 'Card' });
        made.push(id);
      }
    });
    const failure = Promise.all(creators);
    for (const mode of STOPS) {
      const before = made.length;
      while (made.length < before + 30) await Promise.race([sleep(5), failure]);
      await server.stop(mode);
      await server.start();
    }
    over = true;
    await failure;
    const [backlog] = backlogs;
    const history = (await backlog?.history()) ?? [];
    expect(history.map(({ id }) => id).toSorted()).toEqual(made.toSorted());
    expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: made.length }, (_, n) => n + 1));
    expect(new Set(history.map(({ kind }) => kind))).toEqual(new Set(['created']));
  },
);

test(
  'who watches sees each change once and in order, and who waits for a card gets it, across every stop',
  { timeout: 300_000 },
  async () => {
    const { url } = await server.createDatabase();
    const [writer, watcher, waiter] = await Promise.all(
      ['writer', 'watcher', 'waiter'].map((actor) => openBacklog({ databaseUrl: url, actor })),
    );
    if (writer === undefined || watcher === undefined || waiter === undefined) throw new Error('It was not opened.');
    onTestFinished(async () => {
      await Promise.all([writer.close(), watcher.close(), waiter.close()]);
    });
    await writer.create({ id: 'start', title: 'Start' });
    // A server that was never reached is not waited for.
    await Promise.all([watcher.stats(), waiter.stats()]);
    const perRound = 40;
    const watched = take(watcher.watch({ since: 0 }), 1 + STOPS.length * (perRound + 2));
    for (const [round, mode] of STOPS.entries()) {
      const claim = waiter.claim({ owner: 'waiter', phase: `round-${round}`, waitSeconds: 120 });
      const writing = writeCards(writer, round, perRound);
      await server.stop(mode);
      await server.start();
      await writing;
      await writer.create({ id: `wanted-${round}`, title: 'Wanted', phase: `round-${round}` });
      expect(await claim).toMatchObject({ id: `wanted-${round}`, attempts: 1 });
    }
    const changes: readonly Change[] = await watched;
    expect(changes).toEqual(await writer.history());
    expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: changes.length }, (_, n) => n + 1));
  },
);

async function writeCards(backlog: Backlog, round: number, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await backlog.create({ id: `card-${round}-${n}`, title: 'Card' });
}
