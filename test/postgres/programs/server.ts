/**
 * A server by hand: says its URL, and lives as long as its input is open.
 * usage: node test/run-typescript.mjs test/postgres/programs/server.ts
 */
import { startServer } from '../server.ts';

const server = await startServer();
process.stdout.write(`${server.url()}\n`);
for await (const _ of process.stdin);
await server.remove();
process.exit();
