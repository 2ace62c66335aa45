/** Real processes: started, listened to, killed. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Said {
  readonly kind: string;
  readonly id: string;
  readonly attempt: number;
}

export interface Program {
  /** Everything it has said so far. */
  readonly said: readonly Said[];
  /** Resolves with true once it has said something of that kind, with false when it ended without. */
  hasSaid(kind: string): Promise<boolean>;
  kill(): void;
  /** Null for a process that was killed. Rejects with what it wrote to stderr when it failed. */
  readonly ended: Promise<number | null>;
}

/** Starts one of the programs beside this file. */
export function start(program: string, ...args: readonly string[]): Program {
  const child = spawn(process.execPath, [`${root}/test/processes/${program}`, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Said[] = [];
  const waiting = new Map<string, (heard: boolean) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = parseSaid(line);
    said.push(event);
    waiting.get(event.kind)?.(true);
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(() => {
    for (const answer of waiting.values()) answer(false);
    if (child.exitCode !== null && child.exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
    return child.exitCode;
  });
  return {
    said,
    hasSaid: (kind) =>
      new Promise((resolve) => {
        if (said.some((event) => event.kind === kind)) resolve(true);
        else waiting.set(kind, resolve);
      }),
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}

function parseSaid(line: string): Said {
  const value: unknown = JSON.parse(line);
  const fields: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  return { kind: String(fields['kind']), id: String(fields['id']), attempt: Number(fields['attempt']) };
}

/** What the shipped command prints under `--json`. */
export async function mosaic(mosaicHome: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['bin/mosaic.js', 'fleet', 'backlog', ...args, '--json', '--mosaic-home', mosaicHome],
    { cwd: root },
  );
  return JSON.parse(stdout);
}
