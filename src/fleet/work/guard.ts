/**
 * Ends a command when the loop that runs it dies, however it dies, or cannot say any more that its claim lasts. A process
 * that is killed or stopped can do nothing; so a shell beside it holds the other end of a pipe, is told which process group
 * works at the moment and until when it may, and ends that group when the pipe closes or the time is over. Without it a
 * command would go on on a card that somebody else has meanwhile.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * `sh` is where every system has it, and takes a hundredth of the memory of Node. Each line is a group and the seconds it
 * may work, or nothing when nothing works. A timer is a process of its own, which takes its `sleep` along when it is ended.
 */
const SCRIPT = `
end_group() {
  kill -s TERM -- "-$1" 2>/dev/null
  left=$2
  while [ "$left" -gt 0 ]; do
    sleep 1
    kill -s 0 -- "-$1" 2>/dev/null || return
    left=$((left - 1))
  done
  kill -s KILL -- "-$1" 2>/dev/null
}
end_timer() {
  [ -z "$timer" ] || kill -s TERM "$timer" 2>/dev/null
  timer=
}
grace=$1
group=
timer=
while read -r word seconds; do
  group=$word
  end_timer
  [ -n "$seconds" ] || continue
  (
    trap 'kill "$pause" 2>/dev/null; exit' TERM
    sleep "$seconds" & pause=$!
    wait "$pause"
    trap '' TERM
    end_group "$group" "$grace"
  ) &
  timer=$!
done
end_timer
[ -z "$group" ] || end_group "$group" "$grace"
`;

export class Guard {
  readonly #shell: ChildProcess | null;

  /** @param graceMs so long a group has to end by itself once it is told to; in whole seconds */
  constructor(graceMs: number) {
    // A guard that cannot be had, or has been killed, is missed only if we are killed too.
    this.#shell = startShell(graceMs);
    this.#shell?.unref();
    this.#shell?.on('error', () => undefined);
    this.#shell?.stdin?.on('error', () => undefined);
  }

  /** That process group works now, and so long at most, unless this is said again. Without a limit: null. */
  watch(group: number, limitMs: number | null): void {
    const limit = limitMs === null ? '' : ` ${Math.max(1, Math.ceil(limitMs / 1000))}`;
    this.#shell?.stdin?.write(`${group}${limit}\n`);
  }

  /** Nothing works at the moment. */
  rest(): void {
    this.#shell?.stdin?.write('\n');
  }

  close(): void {
    this.rest();
    this.#shell?.stdin?.end();
  }
}

function startShell(graceMs: number): ChildProcess | null {
  try {
    return spawn('sh', ['-c', SCRIPT, 'guard', String(Math.ceil(graceMs / 1000))], {
      // A group of its own: what ends ours must not end the guard.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  } catch {
    return null;
  }
}
