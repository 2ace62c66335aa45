/**
 * A long-lived process that uses the library: several askers at once on one open backlog, until its stdin ends.
 * Started with one argument, a JSON object. It is bundled before it is started; see `program.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { openBacklog } from '../../src/backlog/open.ts';
import { randomFrom } from '../data/generated.ts';
import { callLibrary } from './library.ts';
import { CallLog } from './log.ts';
import { Asker } from './operations.ts';

export interface WorkerOrders {
  /** The built library, as a URL. */
  readonly library: string;
  readonly mosaicHome: string;
  readonly logs: string;
  readonly actor: string;
  readonly seed: number;
  /** How many askers share the process. */
  readonly askers: number;
  /** When the run began, by the wall clock. */
  readonly begunMs: number;
}

/** Between two questions, so that not all of the time is spent waiting for the lock. */
const LONGEST_PAUSE_MS = 6;

const orders: WorkerOrders = JSON.parse(process.argv[2] ?? '');
const { library, mosaicHome, logs, actor, seed, askers, begunMs } = orders;
const built: { readonly openBacklog: typeof openBacklog } = await import(library);
const backlog = await built.openBacklog({ mosaicHome, actor });
const log = new CallLog(logs, actor);
const random = randomFrom(seed);

let over = false;
process.stdin.resume().on('end', () => (over = true));

await Promise.all(
  Array.from({ length: askers }, async (_, asker) => {
    const elapsedSeconds = (): number => (Date.now() - begunMs) / 1000;
    // Owners begin with the name of the process, which is how the checker knows whose a change is.
    const mind = new Asker({ actor: `${actor}/${asker}`, random, elapsedSeconds, watches: true });
    while (!over) {
      const operation = mind.next();
      mind.learn(operation, await log.record(operation, () => callLibrary(backlog, operation)));
      await sleep(random() * LONGEST_PAUSE_MS);
    }
  }),
);
await backlog.close();
log.close();
