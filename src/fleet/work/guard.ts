/**
 * Ends a command when the loop that runs it dies, however it dies. A process that is killed can do nothing any more; so a
 * shell beside it holds the other end of a pipe, is told which process group works at the moment, and ends that group when
 * the pipe closes. Without it a command would go on for ever on a card that somebody else has meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** `sh` is where every system has it, and takes a hundredth of the memory of Node. */
const SCRIPT = `
while read -r line; do group=$line; done
[ -n "$group" ] || exit 0
kill -s TERM -- "-$group" 2>/dev/null
while [ "$1" -gt 0 ]; do
  sleep 1
  kill -s 0 -- "-$group" 2>/dev/null || exit 0
  set -- $(($1 - 1))
done
kill -s KILL -- "-$group" 2>/dev/null
`;

export class Guard {
  readonly #shell: ChildProcess;

  /** @param graceMs so long a group has to end by itself once it is told to; in whole seconds */
  constructor(graceMs: number) {
    this.#shell = spawn('sh', ['-c', SCRIPT, 'guard', String(Math.ceil(graceMs / 1000))], {
      // A group of its own: what ends ours must not end the guard.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.unref();
    // A guard that cannot be had, or has been killed, is missed only if we are killed too.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
  }

  /** That process group works now. */
  watch(group: number): void {
    this.#shell.stdin?.write(`${group}\n`);
  }

  /** Nothing works at the moment. */
  rest(): void {
    this.#shell.stdin?.write('\n');
  }

  close(): void {
    this.rest();
    this.#shell.stdin?.end();
  }
}
