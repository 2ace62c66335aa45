/** `logs`: what the terminal of an agent showed. */
import { log, previousLog } from '../../fleet/terminal/logs.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { flag } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { integer } from '../parse/values.ts';
import { printable, printableLines } from '../print/text/escape.ts';
import { homeOf, requiredAgent, tmuxFor } from './agent.ts';

const DEFAULT_LINES = 200;

export const command: RunnableCommand = defineCommand({
  options: {
    agent: requiredAgent(),
    lines: integer('--lines <n>', `how many of the last lines (default: ${DEFAULT_LINES})`, { least: 1 }),
    all: flag('--all', 'every line that the terminal has kept'),
    previous: flag('--previous', 'of the run before this one'),
  },
  details:
    'Prints the text of the terminal with its history, also when the agent has ended and its terminal was kept. Blank ' +
    'lines at the end are left out. Programs that draw on the whole screen leave no history.',
  examples: ['logs coder0', 'logs coder0 --all | grep -i error', 'logs coder0 --previous --lines 40'],
  async run(context, { agent, lines, all, previous }) {
    if (lines !== undefined && all !== undefined) throw usageError('--lines and --all are given; give one of the two.');
    const most = all === undefined ? (lines ?? DEFAULT_LINES) : Infinity;
    const shown =
      previous === undefined
        ? await log(tmuxFor(context), agent, most)
        : await previousLog(homeOf(context), agent, most);
    const { output } = context;
    if (shown.lines.length === 0 && !output.asJson) return output.hint(`${printable(agent)} has shown nothing.`);
    if (shown.dead && shown.pane !== null) await output.hint(`${printable(agent)} has ended; this is what it left.`);
    await output.answer(shown, () =>
      shown.lines
        .flatMap(printableLines)
        .map((line) => `${line}\n`)
        .join(''),
    );
  },
});
