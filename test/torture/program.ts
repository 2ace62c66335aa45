/**
 * A copy of the built program for a run, which nobody builds anew while it lasts, with the worker beside it as plain
 * JavaScript, because Node 20 does not read TypeScript.
 *
 *   bin/mosaic.js   dist/index.js   worker.mjs
 */
import { cpSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

/** Run from the top of the repository. @param folder empty */
export async function prepareProgram(folder: string): Promise<void> {
  for (const part of ['package.json', 'bin', 'dist']) cpSync(part, `${folder}/${part}`, { recursive: true });
  symlinkSync(resolve('node_modules'), `${folder}/node_modules`);
  const worker = await rolldown({ input: 'test/torture/worker.ts', platform: 'node', external: [/^node:/] });
  await worker.write({ dir: folder, format: 'esm', entryFileNames: 'worker.mjs' });
  await worker.close();
}
