// Starts the long run (long-run.ts): makes JavaScript of it first, because Node 20 does not read TypeScript.
// usage: npm run torture -- --minutes 30 [--seed N] [--processes N]
import { mkdirSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

// Inside the repository, so that the program finds its packages.
const folder = `dist/.torture-${process.pid}`;
mkdirSync(folder, { recursive: true });
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const program = await rolldown({
  input: 'test/torture/long-run.ts',
  platform: 'node',
  external: [/^node:/, 'rolldown'],
});
await program.write({ dir: folder, format: 'esm', entryFileNames: 'long-run.mjs' });
await program.close();
await import(pathToFileURL(`${folder}/long-run.mjs`).href);
