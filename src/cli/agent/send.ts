/** `send`: a message to an agent, typed into its terminal. */
import { heartbeatFolder } from '../../fleet/heartbeat/heartbeat-file.ts';
import { MOST_CHARACTERS } from '../../fleet/terminal/message.ts';
import { send } from '../../fleet/terminal/send.ts';
import { systemClock } from '../../host/clock.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { readLines } from '../input/read-lines.ts';
import { flag } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { text } from '../parse/values.ts';
import { printable } from '../print/text/escape.ts';
import { checkedName, homeOf, tmuxFor } from './agent.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    file: text('--file <file>', 'the message is in this file; - is standard input', 'file'),
    noEnter: flag('--no-enter', 'type it, and leave it to somebody else to submit it'),
  },
  takesWords: '<name> <text>...',
  details:
    'Types the text into the agent’s terminal, sees that it appears there, then presses Enter and sees that something ' +
    'changes. Whatever does not appear is not submitted. Words are joined by a blank; words that begin with a dash stand ' +
    'after --, and - alone is standard input. Several messages at once are typed one after another. A text of several ' +
    'lines needs a program that asks for bracketed paste, as agents and newer shells do.',
  examples: [
    'send coder0 "The tests are red; please look at them first"',
    'send coder0 --file brief.md',
    'send coder0 - < brief.md',
    'send coder0 --no-enter "git push"',
  ],
  async run(context, { file, noEnter }, [name, ...words]) {
    if (name === undefined) throw usageError('send needs the name of an agent, and a message.');
    const agent = checkedName(name);
    const message = await messageOf(context, words, file);
    const upTo = noEnter === true ? 'type' : 'submit';
    const around = { tmux: tmuxFor(context), clock: systemClock, heartbeats: heartbeatFolder(homeOf(context)) };
    const sent = await send({ agent, text: message, upTo }, around);
    await context.output.answer(sent, () =>
      sent.submitted ? `Sent to ${printable(agent)}.\n` : `Typed to ${printable(agent)}, and not submitted.\n`,
    );
    if (!sent.linesMayBeApart) return;
    await context.output.hint(
      `This tmux cannot tell whether ${agent} takes several lines as one message. See: mosaic fleet agent logs ${agent}`,
    );
  },
});

async function messageOf(context: Context, words: readonly string[], file: string | undefined): Promise<string> {
  const isFromStdin = words.length === 1 && words[0] === '-';
  if (file !== undefined && words.length > 0) {
    throw usageError('send is given a message and --file; give one of the two.');
  }
  if (file === undefined && !isFromStdin) {
    if (words.length === 0) throw usageError('send needs a message: words, --file FILE, or - for standard input.');
    return words.join(' ');
  }
  if (file === '') throw usageError('--file is empty; give the name of a file, or - for standard input.');
  const lines: string[] = [];
  let characters = 0;
  for await (const line of readLines(file ?? '-', context.stdin)) {
    lines.push(line);
    characters += line.length + 1;
    // It is refused anyway; the rest need not be read.
    if (characters > MOST_CHARACTERS + 1) break;
  }
  return lines.join('\n');
}
