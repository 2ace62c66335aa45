/** `create`: a new card. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { flag, required } from '../parse/option.ts';
import { acceptance, integer, list, requiredCardId, text, time } from '../parse/values.ts';
import { usageError } from '../parse/usage.ts';
import { printable } from '../print/text/escape.ts';
import { statusMark } from '../print/status.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    id: requiredCardId('the id of the new card, unique: A4, fleet-001'),
    title: required(text('--title <text>', 'what is to be done, in a line')),
    body: text('--body <text>', 'everything else a worker needs to know'),
    phase: text('--phase <name>', 'board lane or milestone', 'phase'),
    priority: integer('--priority <n>', 'higher is sooner (default: 0)'),
    dependsOn: list('--depends-on <ids>', 'cards that must be done first: A1,A2', 'id'),
    acceptance: acceptance(),
    idempotencyKey: text('--idempotency-key <key>', 'makes repeating this command safe'),
    labels: list('--labels <names>', 'words to filter by: api,docs', 'label'),
    maxAttempts: integer('--max-attempts <n>', 'blocked after that many attempts that failed or expired', { least: 1 }),
    notBefore: time('--not-before <time>', 'cannot be claimed before: ISO 8601, or 4h from now'),
    blocked: flag('--blocked', 'parked from the start'),
    reason: text('--reason <text>', 'why it is blocked'),
  },
  details:
    'With --idempotency-key the same command can be repeated: the card that was made the first time is returned as it is.',
  examples: [
    'create A4 --title "Write the parser" --priority 5 --depends-on A1,A2',
    'create --id A5 --title "Ship it" --acceptance "tests pass; docs updated" --labels release',
    'create A6 --title "Ask the lawyers" --blocked --reason "waiting for an answer"',
  ],
  async run({ backlog, output, nowMs }, { blocked, reason, ...card }) {
    if (reason !== undefined && blocked === undefined) {
      throw usageError('--reason says why a card is blocked, and --blocked is not given.');
    }
    const parked = blocked === undefined ? {} : { status: 'blocked' as const, statusReason: reason ?? null };
    const startedMs = nowMs();
    const created = await (await backlog()).create({ ...card, ...parked });
    await output.answer(created, ({ paint }) => {
      const isOld = card.idempotencyKey !== undefined && Date.parse(created.createdAt) < startedMs;
      const verb = isOld ? 'Already there' : 'Created';
      const name = `${paint.bold(printable(created.id))}  ${printable(created.title)}`;
      return `${verb}: ${name} (${statusMark(created.status)} ${created.status})\n`;
    });
  },
});
