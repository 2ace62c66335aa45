#!/usr/bin/env node
// The command `mosaic-fleet`: the same program as `mosaic`, with the word `fleet` implied.
import { existsSync } from 'node:fs';

const built = new URL('../dist/bin/main.js', import.meta.url);
if (existsSync(built)) {
  const { main } = await import(built.href);
  await main(process.argv.slice(2), { program: 'mosaic-fleet' });
} else {
  console.error('mosaic-fleet is not built yet. Run `npm run build` in the folder of mosaic-fleet, then try again.');
  process.exitCode = 1;
}
