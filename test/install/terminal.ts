/** A terminal at which somebody sits and answers: tmux, on a server of its own for each run. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { becomes } from '../fleet/worker-run.ts';
import { newFolder } from '../cli/mosaic.ts';
import { TOOLS } from './installation.ts';
import { isThere } from './listing.ts';

/** When the screen holds the question, that is typed, and Enter. */
export type Conversation = readonly (readonly [question: string, answer: string])[];

export interface Talk {
  readonly status: number;
  readonly screen: string;
}

let talks = 0;

/** Runs the command at a terminal, with nothing else in its environment. @returns how it ended, and what was on the screen */
export async function talk(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  conversation: Conversation,
): Promise<Talk> {
  talks += 1;
  const socket = `mosaic-test-install-${process.pid}-${talks}`;
  const tmux = (...words: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { PATH: TOOLS, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  const screen = (): string => tmux('capture-pane', '-p', '-J');
  const ended = join(newFolder(), 'ended');
  const script = 'file=$1; shift; env -i "$@"; echo "$?" > "$file.new"; mv "$file.new" "$file"; sleep 60';
  const variables = Object.entries({ ...environment, TERM: 'xterm-256color' }).map(
    ([name, value]) => `${name}=${value}`,
  );
  try {
    tmux('new-session', '-d', '-x', '250', '-y', '50', '--', 'sh', '-c', script, 'sh', ended, ...variables, ...command);
    for (const [question, answer] of conversation) {
      await becomes(() => screen().includes(question) || isThere(ended));
      tmux('send-keys', '-l', answer);
      tmux('send-keys', 'Enter');
    }
    await becomes(() => isThere(ended));
    return { status: Number(readFileSync(ended, 'utf8')), screen: screen() };
  } finally {
    spawnSync('tmux', ['-L', socket, 'kill-server']);
  }
}
