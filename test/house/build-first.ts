/** Before tests that start what is built: builds it anew when the sources have changed since. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export default async function buildFirst(): Promise<void> {
  await promisify(execFile)(process.execPath, ['.ci/prepare.mjs'], {
    cwd: new URL('../..', import.meta.url),
  });
}
