/** A server that is still recovering is given time: a fleet comes back with its server, and nobody has to repeat anything. */
import { rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/backlog/postgres/server/connect.ts';
import { parseDatabaseUrl } from '../../../src/backlog/postgres/server/database-url.ts';
import { startServer, type Server } from '../server.ts';
import { ask, NOBODY, refused } from './ask.ts';

/** Started again, it recovers until the file `hold` in the folder of its data is gone. */
async function recoveringServer(): Promise<{ readonly server: Server; readonly letGo: () => Promise<void> }> {
  const server = await startServer({ settings: { restore_command: 'while test -e hold; do sleep 0.05; done; false' } });
  const [row] = await server.query("select current_setting('data_directory') as folder");
  await server.query("copy (select '') to program 'touch hold recovery.signal'");
  await server.stop('fast');
  const starting = server.start();
  const letGo = async (): Promise<void> => {
    await rm(join(String(row?.['folder']), 'hold'), { force: true });
    await starting;
  };
  onTestFinished(async () => {
    await letGo();
    await server.remove();
  });
  while (!(await isListening(server.port))) await sleep(20);
  return { server, letGo };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.once('connect', () => socket.destroy()).once('error', () => resolve(false));
  });
}

it('waits for a server that starts up', async () => {
  const { server, letGo } = await recoveringServer();
  const asked = ask(server.url());
  while (!(await server.log()).includes('the database system is starting up')) await sleep(20);
  await letGo();
  expect(await asked).toBe('as postgres in the clear');
});

it('does not wait for ever', async () => {
  const { server } = await recoveringServer();
  const error = await refused(connect(parseDatabaseUrl(server.url(), NOBODY)), server.password);
  expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', hint: expect.stringContaining('Wait until') });
  expect(error.message).toMatch(/is not ready: .*57P03.*Nothing was changed\.$/);
});
