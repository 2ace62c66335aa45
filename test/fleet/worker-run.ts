/** A worker under test: started on a script of the shell, and what its command has left running. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Card } from '../../src/card/card.ts';
import { answerOf, type Answer, type Mosaic } from '../cli/mosaic.ts';

const LOOK_AGAIN_MS = 20;

/** A worker on a script of the shell; the words are its options. */
export function work(mosaic: Mosaic, script: string, ...options: readonly string[]): Promise<Answer> {
  return mosaic.run(workWords(script, ...options));
}

export function workWords(script: string, ...options: readonly string[]): readonly string[] {
  return ['fleet', 'work', '--owner', 'worker', ...options, '--', 'sh', '-c', script];
}

export async function card(mosaic: Mosaic, id: string): Promise<Card> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the program's own answer, which other tests hold to the card's form
  return (await mosaic.json(['show', id])) as Card;
}

export async function becomes(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(LOOK_AGAIN_MS);
}

/** The numbers a script has written, one a line; empty until it has. */
export function pidsIn(file: string): readonly number[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
}

/** A zombie that nobody has waited for is as dead as can be. */
export function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

/** A worker whose command starts something of its own, notes both, and would go on for minutes; at work when it resolves. */
export async function startLong(
  mosaic: Mosaic,
  { before = '', options = [] }: { readonly before?: string; readonly options?: readonly string[] } = {},
): Promise<{ readonly child: ChildProcess; readonly answer: Promise<Answer>; readonly pids: readonly number[] }> {
  const file = join(mosaic.home, 'pids');
  const script = `${before}sleep 300 & printf "%s\\n%s\\n" $$ $! > "$PIDS"; wait`;
  const child = mosaic.start(workWords(script, ...options), { env: { PIDS: file } });
  const answer = answerOf(child);
  await becomes(() => pidsIn(file).length === 2);
  return { child, answer, pids: pidsIn(file) };
}
