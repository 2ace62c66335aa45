/**
 * The log of one process: each call is written down before it begins and again when it is answered, at once and
 * synchronously, so that whatever was said before a SIGKILL is there.
 */
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import type { Call, Operation, Outcome } from './checker/call.ts';

interface Begun {
  readonly number: number;
  readonly atUs: number;
  readonly wallMs: number;
  readonly operation: Operation;
}

interface Ended {
  readonly number: number;
  readonly atUs: number;
  readonly wallMs: number;
  /** Null where the process died first; then this is when its death was noticed. */
  readonly outcome: Outcome | null;
}

/** CLOCK_MONOTONIC, which all processes of a machine share. */
function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

export class CallLog {
  readonly #descriptor: number;
  #number = 0;

  constructor(folder: string, actor: string) {
    this.#descriptor = openSync(`${folder}/${actor}.jsonl`, 'a');
  }

  /** Writes down the call, makes it, and writes down how it ended. `call` answers null when nobody will ever know. */
  async record(operation: Operation, call: () => Promise<Outcome | null>): Promise<Outcome | null> {
    const number = (this.#number += 1);
    // The clocks are read around everything else: the time between them can only be too long.
    this.#write({ number, ...now(), operation } satisfies Begun);
    const outcome = await call();
    this.#write({ number, ...now(), outcome } satisfies Ended);
    return outcome;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(line: Begun | Ended): void {
    writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
  }
}

function now(): { readonly atUs: number; readonly wallMs: number } {
  return { atUs: monotonicUs(), wallMs: Date.now() };
}

/** Every call of every process. */
export function readLogs(folder: string): readonly Call[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => callsIn(name.slice(0, -'.jsonl'.length), readFileSync(`${folder}/${name}`, 'utf8')));
}

function callsIn(actor: string, text: string): readonly Call[] {
  const calls = new Map<number, Call>();
  // A line without its end was being written when its writer was killed.
  for (const line of text.split('\n').slice(0, -1)) {
    const entry: Begun | Ended = JSON.parse(line);
    const { number } = entry;
    if ('operation' in entry) {
      const { atUs: startUs, wallMs: startWallMs, operation } = entry;
      calls.set(number, { actor, number, operation, startUs, startWallMs, ...UNANSWERED });
      continue;
    }
    const call = calls.get(number);
    if (call === undefined) throw new Error(`${actor} ended call ${number}, which it had not begun.`);
    const { atUs, wallMs: endWallMs, outcome } = entry;
    // What a dead process has committed may be seen at any time later: then somebody else puts it in place.
    const endUs = outcome === null ? Number.POSITIVE_INFINITY : atUs;
    calls.set(number, { ...call, endUs, endWallMs, outcome });
  }
  return [...calls.values()];
}

const UNANSWERED = { endUs: Number.POSITIVE_INFINITY, endWallMs: Number.POSITIVE_INFINITY, outcome: null } as const;
