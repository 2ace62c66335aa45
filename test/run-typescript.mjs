// Runs a TypeScript program of the tests: makes JavaScript of it first, because Node 20 does not read TypeScript.
// usage: node test/run-typescript.mjs test/torture/long-run.ts [words for the program...]
import { mkdirSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const [input] = process.argv.splice(2, 1);
// Inside the repository, so that the program finds its packages.
const folder = `dist/.run-${process.pid}`;
mkdirSync(folder, { recursive: true });
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const program = await rolldown({ input, platform: 'node', external: [/^node:/, 'rolldown'] });
await program.write({ dir: folder, format: 'esm', entryFileNames: 'program.mjs' });
await program.close();
await import(pathToFileURL(`${folder}/program.mjs`).href);
