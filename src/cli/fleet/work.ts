/** `work`: a worker that runs a command on one card after another. */
import { resolve } from 'node:path';
import { DEFAULT_CLAIM_TTL_SECONDS } from '../../card/card.ts';
import { work, type WorkerEvent, type WorkerSurroundings } from '../../fleet/work/worker.ts';
import { systemClock } from '../../host/clock.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, FAILED, INTERRUPTED } from '../exit-status.ts';
import { jsonLine } from '../output/output.ts';
import { flag, required } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { duration, text } from '../parse/values.ts';
import { workerLine } from '../print/worker-line.ts';

const GRACE_MS = 10_000;

export const command: RunnableCommand = defineCommand({
  options: {
    owner: required(text('--owner <name>', 'who does it', 'owner')),
    phase: text('--phase <name>', 'only cards of this phase', 'phase'),
    label: text('--label <name>', 'only cards with this label', 'label'),
    ttlSeconds: duration(
      '--ttl <duration>',
      `how long a claim lasts; renewed (default: ${DEFAULT_CLAIM_TTL_SECONDS} s)`,
    ),
    once: flag('--once', 'end after one card, or when there is none'),
    idleExitSeconds: duration('--idle-exit <duration>', 'end when there was nothing to do for so long'),
  },
  takesWords: true,
  details:
    'Claims a card, runs the command with the card as JSON on standard input, and completes the card when the command ends ' +
    'with 0; otherwise the card fails and comes back later. A last line of JSON, or the file named in MOSAIC_RESULT_FILE, ' +
    'is the result. The command finds MOSAIC_CARD_ID, MOSAIC_CARD_FILE and MOSAIC_CARD_ATTEMPT in its environment. It is ' +
    'ended when the claim is lost, or when this worker is told to stop; then the card is handed back.',
  examples: ['work --owner coder0 -- ./do-it.sh', 'work --owner coder0 --phase M1 --idle-exit 5m -- make card'],
  async run(context, { once, idleExitSeconds, ttlSeconds, ...options }, words) {
    if (words.length === 0) throw usageError('work needs the command to run.', 'Put it at the end, after --');
    const signal = context.interrupts();
    const worked = await work(
      {
        ...options,
        ttlSeconds: ttlSeconds ?? DEFAULT_CLAIM_TTL_SECONDS,
        once: once ?? false,
        idleExitSeconds: idleExitSeconds ?? null,
      },
      {
        ...{ backlog: await context.backlog(), words, signal, graceMs: GRACE_MS },
        environment: environmentOf(context),
        // Under --json standard output is for our own lines.
        ...{ output: context.output.asJson ? context.stderr : context.stdout, errors: context.stderr },
        monotonicMs: () => systemClock.monotonicMs(),
        random: Math.random,
        tell: (event) => tell(context, event),
      },
    );
    if (signal.aborted) return INTERRUPTED;
    return once === true && worked.completed === 0 && worked.failed + worked.lost > 0 ? FAILED : DONE;
  },
});

/** The command finds the same backlog, also where `--mosaic-home` was given. */
function environmentOf({ env, mosaicHome }: Context): WorkerSurroundings['environment'] {
  return mosaicHome === undefined ? env : { ...env, MOSAIC_HOME: resolve(mosaicHome) };
}

async function tell({ output }: Context, event: WorkerEvent): Promise<void> {
  if (output.asJson) await output.write(jsonLine(event));
  else await output.aside(workerLine(event, output.errorScreen));
}
