/** What is said when an agent cannot be reached: one sentence for each way, and a next step that is safe to run. */
import { MosaicError } from '../../errors.ts';
import { isGone } from '../../host/tmux-pane.ts';
import type { Pane, TmuxAnswer } from '../../host/tmux.ts';

/** The value of an answer of tmux. @throws MosaicError where there is none */
export type Answered = <T>(answer: TmuxAnswer<T>) => T;

/** @param aftermath what is known of what was asked: `Nothing was typed.` */
export function answeredFor(agent: string, aftermath: () => string): Answered {
  return (answer) => {
    if (answer.kind === 'answer') return answer.value;
    if (answer.kind === 'no-server' || isGone(answer)) throw agentGone(agent, aftermath());
    if (answer.kind === 'missing') {
      throw new MosaicError({
        code: 'TMUX_MISSING',
        message: `tmux is not installed or not on the PATH, so ${agent} cannot be reached. ${aftermath()}`,
        hint: 'Install tmux 3.2 or newer; look for it with: tmux -V',
      });
    }
    throw new MosaicError({
      code: 'TMUX_UNKNOWN',
      message: `tmux gave no usable answer, so whether ${agent} runs is not known (${answer.reason}). ${aftermath()}`,
      hint: `The agents may be alive behind it: end nothing, and look again with: ${agentCommand('logs', agent)}`,
    });
  };
}

export function agentMissing(agent: string): MosaicError {
  return new MosaicError({
    code: 'AGENT_NOT_RUNNING',
    message: `${agent} is not running: no pane of this fleet is its own.`,
    hint: `What its last run showed may have been kept: ${agentCommand('logs', agent)} --previous`,
  });
}

export function agentEnded(agent: string, { deadStatus, deadSignal }: Pane): MosaicError {
  const how =
    deadStatus !== null ? ` with status ${deadStatus}` : deadSignal !== null ? ` by signal ${deadSignal}` : '';
  return new MosaicError({
    code: 'AGENT_NOT_RUNNING',
    message: `${agent} is not running: it has ended${how}, and its last screen was kept.`,
    hint: `See what it showed with: ${agentCommand('logs', agent)}`,
  });
}

/** It was there a moment ago. */
export function agentGone(agent: string, aftermath: string): MosaicError {
  return new MosaicError({
    code: 'AGENT_NOT_RUNNING',
    message: `${agent} is not running any more: it has ended or was replaced meanwhile. ${aftermath}`,
    hint: `See what it shows now with: ${agentCommand('logs', agent)}`,
  });
}

export function wrongMessage(reason: string): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: `${reason}. Nothing was typed.`,
    hint: 'A message is text, of one line or several; write a long one to a file and give it with --file.',
  });
}

/** The terminal would echo what is typed, as if somebody had read it. */
export function readsNothing(agent: string): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: `${agent} is a worker: it takes cards and reads nothing that is typed. Nothing was typed.`,
    hint: 'Give it work with: mosaic fleet backlog create ID --title TEXT',
  });
}

export function tooManyLines(agent: string): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message:
      `The message has several lines or a tab, and the program of ${agent} has not asked for bracketed paste: it would ` +
      'take every line for a message of its own. Nothing was typed.',
    hint: 'Write it in one line, or put it into a file and send the name of the file.',
  });
}

export function notTypedInTurn(agent: string, waitedMs: number, pid: number | null): MosaicError {
  const who = pid === null ? 'Somebody else' : `The process ${pid}`;
  return notArrived(
    agent,
    `${who} has been sending a message to ${agent} for ${waitedMs / 1000} s, and two would be mixed up. Nothing was typed.`,
  );
}

export function notSeen(agent: string, waitedMs: number, lastLine: string): MosaicError {
  const shown = lastLine === '' ? 'Its screen is empty.' : `The last line there is: ${lastLine}`;
  return notArrived(
    agent,
    `The message did not appear on the screen of ${agent} within ${waitedMs / 1000} s, so it was not submitted. ${shown}`,
  );
}

export function notSubmitted(agent: string, enters: number): MosaicError {
  return notArrived(
    agent,
    `The message was typed to ${agent} but not submitted: Enter was pressed ${enters} times and nothing on its screen changed.`,
  );
}

function notArrived(agent: string, message: string): MosaicError {
  return new MosaicError({
    code: 'MESSAGE_NOT_ARRIVED',
    message,
    hint: `Before it is sent again, see what stands there with: ${agentCommand('logs', agent)} --lines 40`,
  });
}

function agentCommand(command: string, agent: string): string {
  return `mosaic fleet agent ${command} ${agent}`;
}
