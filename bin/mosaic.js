#!/usr/bin/env node
// The command `mosaic`: hands its arguments to the built program.
import { existsSync } from 'node:fs';

const built = new URL('../dist/bin/main.js', import.meta.url);
if (existsSync(built)) {
  const { main } = await import(built.href);
  await main(process.argv.slice(2), { program: 'mosaic' });
} else {
  console.error('mosaic is not built yet. Run `npm run build` in the folder of mosaic-fleet, then try again.');
  process.exitCode = 1;
}
