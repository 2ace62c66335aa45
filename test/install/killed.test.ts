/** An installer that is killed leaves a program that works, the one before or the new one, and the next run completes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { ended, Installation, tellGroup } from './installation.ts';
import { filesIn } from './listing.ts';
import { Survivor } from './survivor.ts';

/** Killed so often, spread evenly over the time that an update takes. */
const KILLS = 14;
/** After so many kills in a row one run may come to its end. */
const KILLS_IN_A_ROW = 2;
const KILLS_OF_THE_FIRST = 4;

let survivor: Survivor;
/** So long an update takes. */
let updateMs: number;

beforeAll(async () => {
  survivor = new Survivor();
  await survivor.live();
  const start = performance.now();
  await survivor.completes(survivor.next(), 'not killed');
  updateMs = performance.now() - start;
});

/** Starts it, and kills it with everything that it has started. */
async function killedAfter(
  delayMs: number,
  installation: Installation,
  ...words: Parameters<Installation['start']>
): Promise<void> {
  const child = installation.start(...words);
  const over = ended(child);
  await sleep(delayMs);
  tellGroup(child, 'SIGKILL');
  await over;
}

it('at any moment of an update, again and again', { timeout: 120_000 }, async () => {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const target = survivor.next();
    const delayMs = (updateMs * (((kill * 7) % KILLS) + 0.5)) / KILLS;
    const what = `killed after ${delayMs} of ${updateMs} ms`;
    await killedAfter(delayMs, survivor.installation, target);
    await survivor.works(what);
    if (kill % KILLS_IN_A_ROW === KILLS_IN_A_ROW - 1) await survivor.completes(target, what);
  }
});

it('at any moment of the first installation: the next one completes', { timeout: 120_000 }, async () => {
  const [source = ''] = survivor.packages;
  for (let kill = 0; kill < KILLS_OF_THE_FIRST; kill += 1) {
    const fresh = new Installation();
    await killedAfter((updateMs * (kill + 0.5)) / KILLS_OF_THE_FIRST, fresh, source);
    await fresh.ok(source);
    expect(await fresh.version()).toBe('0.1.0');
  }
});

it('at any moment of an uninstall: the next one takes the rest away', { timeout: 120_000 }, async () => {
  const [source = ''] = survivor.packages;
  for (let kill = 0; kill < KILLS_OF_THE_FIRST; kill += 1) {
    const other = new Installation();
    await other.ok(source);
    await killedAfter((updateMs * (kill + 0.5)) / KILLS_OF_THE_FIRST / 2, other, source, ['--uninstall', '--yes']);
    await other.ok(source, ['--uninstall', '--yes']);
    expect(filesIn(other.prefix)).toEqual([]);
    expect(filesIn(other.home)).toEqual([]);
  }
});
