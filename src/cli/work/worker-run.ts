/** Runs the worker loop for a command line: with a heartbeat, with what it tells on the screen, until it is stopped. */
import { mosaicHomeOf } from '../../backlog/open.ts';
import { reclaimFromTheDead } from '../../fleet/heartbeat/dead-claims.ts';
import { Heart } from '../../fleet/heartbeat/heart.ts';
import { heartbeatFolder } from '../../fleet/heartbeat/heartbeat-file.ts';
import { work, type Worked, type WorkerEvent, type WorkerTerms } from '../../fleet/work/worker.ts';
import { systemClock } from '../../host/clock.ts';
import { currentIdentity } from '../../host/process-identity.ts';
import type { Context } from '../context.ts';
import { jsonLine } from '../output/output.ts';
import type { Environment } from '../print/text/screen.ts';
import { workerLine } from '../print/worker-line.ts';

/** So long a command may take to end by itself once it is told to. */
export const GRACE_MS = 10_000;

/** @param environment of the command; it finds the same backlog, also where `--mosaic-home` was given */
export async function runWorker(
  context: Context,
  terms: WorkerTerms,
  words: readonly string[],
  environment: Environment,
): Promise<Worked> {
  const mosaicHome = mosaicHomeOf(context.mosaicHome);
  const folder = heartbeatFolder(mosaicHome);
  const signal = context.interrupts();
  const backlog = await context.backlog();
  // What a process of this name held when it died is this one's to do, or anybody's, but not to be waited for.
  await reclaimFromTheDead(backlog, folder, currentIdentity(), terms.owner);
  const heart = new Heart({ folder, owner: terms.owner, mode: 'worker', clock: systemClock });
  try {
    return await work(terms, {
      ...{ backlog, words, signal, heart, graceMs: GRACE_MS },
      environment: { ...environment, MOSAIC_HOME: mosaicHome },
      // Under --json standard output is for our own lines.
      ...{ output: context.output.asJson ? context.stderr : context.stdout, errors: context.stderr },
      monotonicMs: () => systemClock.monotonicMs(),
      random: Math.random,
      tell: (event) => tell(context, event),
    });
  } finally {
    heart.stop();
  }
}

async function tell({ output }: Context, event: WorkerEvent): Promise<void> {
  if (output.asJson) await output.write(jsonLine(event));
  else await output.aside(workerLine(event, output.errorScreen));
}
