/** Asks a person at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.ts';
import { printable } from '../print/text/escape.ts';

/** Whether there is somebody to ask: both ends are a terminal. */
export function canAsk(context: Context): boolean {
  return isTerminal(context.stdin) && isTerminal(context.stderr);
}

/** @returns the line that was typed, without blanks around it; empty at the end of the input, and after Ctrl-C */
export async function ask(context: Context, question: string): Promise<string> {
  const { stdin, stderr } = context;
  const reader = createInterface({ input: stdin, output: stderr });
  try {
    return (await reader.question(`${printable(question)} `, { signal: context.interrupts() })).trim();
  } catch {
    return '';
  } finally {
    reader.close();
  }
}

function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
