/** Hosts of the fleet, each a real process with nothing in common with the others but the server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('programs/worker.mjs', import.meta.url));

export interface HostSettings {
  readonly url: string;
  readonly owners: readonly string[];
  readonly ttlSeconds: number;
  /** By how much its clock is wrong. */
  readonly clockHours?: number;
  /** Stops itself in the middle of that many-th card. */
  readonly stopAt?: number;
}

/** What a worker was promised, in the order in which it was. */
export interface Said {
  readonly kind: string;
  readonly owner: string;
  readonly id: string;
  readonly attempt: number;
  /** When the claim was taken, as the card has it. */
  readonly at: string;
}

export interface Host {
  readonly said: readonly Said[];
  /** Waits until it has said so often something of that kind. Fails when it ended before. */
  hasSaid(kind: string, times?: number): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Rejects with what it wrote to stderr when it failed. */
  readonly ended: Promise<void>;
}

/** Gone when the test is. */
export function startHost(settings: HostSettings): Host {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(parseSaid(line)));
  const ended = endOf(child, settings.owners.join(' '));
  // It is looked at by who waits for it; nobody does where the test ends first.
  ended.catch(() => undefined);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended.catch(() => undefined);
  });
  return {
    said,
    async hasSaid(kind, times = 1) {
      while (said.filter((one) => one.kind === kind).length < times) {
        await Promise.race([sleep(5), ended.then(() => Promise.reject(new Error(`It ended without saying ${kind}.`)))]);
      }
    },
    signal: (name) => void child.kill(name),
    ended,
  };
}

async function endOf(child: ChildProcess, name: string): Promise<void> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  if (child.exitCode !== 0 && child.signalCode === null) throw new Error(`${name}: ${stderr}`);
}

function parseSaid(line: string): Said {
  const value: unknown = JSON.parse(line);
  const fields: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  return {
    kind: String(fields['kind']),
    owner: String(fields['owner']),
    id: String(fields['id']),
    attempt: Number(fields['attempt']),
    at: String(fields['at']),
  };
}
