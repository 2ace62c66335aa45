/** Closing a handle takes a moment at most, whatever has become of the server. */
import { once } from 'node:events';
import { connect as dial, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openBacklog } from '../../src/backlog/open.ts';
import { newDatabase } from './database.ts';

test('a handle is closed although the server does not answer any more', { timeout: 30_000 }, async () => {
  const database = await newDatabase();
  const way = await wayTo(database.url);
  const backlog = await openBacklog({ databaseUrl: way.url });
  await backlog.create({ id: 'A', title: 'a card' });

  way.interrupt();
  await backlog.close();

  await expect(backlog.get({ id: 'A' })).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});

/** Another address of the same server, until it is interrupted: then nothing arrives any more, and nothing is closed. */
async function wayTo(url: string): Promise<{ readonly url: string; readonly interrupt: () => void }> {
  const server = new URL(url);
  const sockets: Socket[] = [];
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    const far = dial({ port: Number(server.port), host: server.hostname, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => undefined);
      from.pipe(to);
      sockets.push(from);
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const way = new URL(url);
  way.host = `127.0.0.1:${address.port}`;
  return {
    url: way.href,
    interrupt: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
