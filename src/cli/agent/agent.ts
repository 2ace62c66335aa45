/** What the commands of an agent's terminal share: the agent that is meant, and the tmux server it lives on. */
import { mosaicHomeOf } from '../../backlog/open.ts';
import { tmuxOf } from '../../fleet/life/panes.ts';
import { attach, type AttachTerms } from '../../fleet/terminal/attach.ts';
import type { Tmux } from '../../host/tmux.ts';
import type { Context } from '../context.ts';
import { DONE, FAILED, type ExitStatus } from '../exit-status.ts';
import { option, required, type OptionSpec } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { quote } from '../parse/values.ts';

export function requiredAgent(): OptionSpec<string> {
  const words = { flags: '--name <name>', argument: 'name', description: 'the agent' };
  return required(option(words, checkedName));
}

/** A name is also a part of the names of files, and never leads out of their folder. */
export function checkedName(value: string): string {
  if (/^[\p{L}\p{N}_][^\s/\p{C}]*$/u.test(value)) return value;
  throw usageError(`${quote(value)} is no name of an agent: it is one word that begins with a letter or a digit.`);
}

export function homeOf({ mosaicHome }: Context): string {
  return mosaicHomeOf(mosaicHome);
}

export function tmuxFor(context: Context): Tmux {
  return tmuxOf(homeOf(context), context.env);
}

/** `attach` and `watch`. Under `--json` tmux draws on standard error. */
export async function openTerminal(context: Context, agent: string, to: AttachTerms['to']): Promise<ExitStatus> {
  const { output, stdin, stdout, stderr } = context;
  const command = to === 'type' ? 'attach' : 'watch';
  if (!isTerminal(stdin) || !isTerminal(output.asJson ? stderr : stdout)) {
    throw usageError(
      `${command} needs a terminal, and here is none.`,
      `Print what ${agent} shows with: mosaic fleet agent logs ${agent}`,
    );
  }
  const drawsOn = output.asJson ? 'stderr' : 'stdout';
  const attached = await attach(tmuxFor(context), { agent, to, drawsOn, signal: context.interrupts() });
  await output.answer(attached, () => '');
  return attached.status === 0 ? DONE : FAILED;
}

function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
