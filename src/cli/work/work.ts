/** `work`: a worker that runs a command on one card after another. */
import { DEFAULT_CLAIM_TTL_SECONDS } from '../../card/card.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { DONE, FAILED, INTERRUPTED } from '../exit-status.ts';
import { flag, required } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { duration, text } from '../parse/values.ts';
import { runWorker } from './worker-run.ts';

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
  takesWords: '-- <command>...',
  details:
    'Claims a card, runs the command with the card as JSON on standard input, and completes the card when the command ends ' +
    'with 0; otherwise the card fails and comes back later. A last line of JSON, or the file named in MOSAIC_RESULT_FILE, ' +
    'is the result. The command finds MOSAIC_CARD_ID, MOSAIC_CARD_FILE and MOSAIC_CARD_ATTEMPT in its environment. It is ' +
    'ended when the claim is lost, or when this worker is told to stop; then the card is handed back.',
  examples: ['work --owner coder0 -- ./do-it.sh', 'work --owner coder0 --phase M1 --idle-exit 5m -- make card'],
  async run(context, { owner, phase, label, once, idleExitSeconds, ttlSeconds }, words) {
    if (words.length === 0) throw usageError('work needs the command to run.', 'Put it at the end, after --');
    const worked = await runWorker(
      context,
      {
        owner,
        ttlSeconds: ttlSeconds ?? DEFAULT_CLAIM_TTL_SECONDS,
        phases: phase === undefined ? null : [phase],
        labels: label === undefined ? null : [label],
        once: once ?? false,
        idleExitSeconds: idleExitSeconds ?? null,
      },
      words,
      context.env,
    );
    if (context.interrupts().aborted) return INTERRUPTED;
    return once === true && worked.completed === 0 && worked.failed + worked.lost > 0 ? FAILED : DONE;
  },
});
