/** `batch`: many operations in one step, all or none. */
import type { BatchReport, BatchResult } from '../../backlog/backlog.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { readLines } from '../input/read-lines.ts';
import { flag, required } from '../parse/option.ts';
import { fileArgument } from '../parse/values.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    file: required(fileArgument('JSON Lines, one operation a line; - reads standard input')),
    dryRun: flag('--dry-run', 'say what would happen and change nothing'),
  },
  details:
    'Each line is an object with op and the options of that operation as the library names them: ' +
    '{"op":"create","id":"A4","title":"..."}, {"op":"link","from":"A4","to":"A1"}, {"op":"complete","id":"A1"}.',
  examples: ['batch plan.jsonl --dry-run', `batch - <<< '{"op":"block","id":"A4","reason":"waiting"}'`],
  async run({ backlog, output, stdin }, { file, ...flags }) {
    const report = await (await backlog()).batch({ ...flags, lines: readLines(file, stdin) });
    await output.answer(report, () => reportLines(report));
  },
});

function reportLines({ results, dryRun }: BatchReport): string {
  const lines = results.map(resultLine);
  const count = `${results.length} ${results.length === 1 ? 'operation' : 'operations'}`;
  lines.push(dryRun ? `Would apply ${count}. Nothing was changed.` : `Applied ${count}.`);
  return `${lines.join('\n')}\n`;
}

function resultLine({ line, op, card, ids }: BatchResult): string {
  const names = card === null ? ids.map(printable).join(', ') : `${printable(card.id)} (${card.status})`;
  return `${String(line).padStart(5)}  ${op.padEnd(8)}  ${names === '' ? 'nothing' : names}`;
}
