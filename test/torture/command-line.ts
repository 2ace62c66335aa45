/** An operation as words for the shipped command, and what it prints in the form that the checker reads. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Operation, Outcome } from './checker/call.ts';

/** Options by the name they have on the command line, where that is not the library's name with dashes. */
const FLAGS: Readonly<Record<string, string>> = {
  ttlSeconds: 'ttl',
  waitSeconds: 'wait',
  retryAfterSeconds: 'retry-after',
  olderThanSeconds: 'older-than',
  statusReason: 'reason',
};

const COMMANDS: Readonly<Record<string, string>> = { get: 'show', claimMany: 'claim', claimWaiting: 'claim' };

interface Words {
  readonly words: readonly string[];
  readonly stdin: string;
}

function wordsOf(operation: Operation): Words {
  switch (operation.op) {
    case 'batch': {
      const stdin = operation.operations.map((one) => `${JSON.stringify(one)}\n`).join('');
      return { words: ['batch', '-', ...(operation.dryRun ? ['--dry-run'] : [])], stdin };
    }
    case 'import': {
      const stdin = operation.cards.map((card) => `${JSON.stringify(card)}\n`).join('');
      return { words: ['import', '-', ...(operation.update ? ['--update'] : [])], stdin };
    }
    case 'list':
      return { words: ['list', ...flagsOf({ ...operation.filter })], stdin: '' };
    default: {
      const { op, ...options } = operation;
      return { words: [COMMANDS[op] ?? op, ...flagsOf(options)], stdin: '' };
    }
  }
}

function flagsOf(options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (name === 'status' && value === 'blocked' && 'title' in options) return ['--blocked'];
    const flag = `--${FLAGS[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    if (name === 'result') return [flag, JSON.stringify(value)];
    return [flag, Array.isArray(value) ? value.join(',') : String(value)];
  });
}

export interface CommandSettings {
  /** See `prepareProgram`. */
  readonly program: string;
  readonly mosaicHome: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told of the process while it runs, so that it can be tormented. */
  readonly onStart: (child: ChildProcess) => void;
}

/** Null when the command was killed before it had answered. */
export async function callCommand(operation: Operation, settings: CommandSettings): Promise<Outcome | null> {
  const { words, stdin } = wordsOf(operation);
  const { program, mosaicHome, env } = settings;
  const command = [`${program}/bin/mosaic.js`, 'fleet', 'backlog', ...words, '--json', '--mosaic-home', mosaicHome];
  // A session of its own: a Ctrl-C in the terminal is for the run, which then ends its processes one by one.
  const child = spawn(process.execPath, command, { env, stdio: 'pipe', detached: true });
  settings.onStart(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  await once(child, 'close');
  const value = valueIn(stdout, operation);
  if (child.exitCode === 0 || (value !== undefined && operation.op !== 'export')) {
    if (value !== undefined) return { kind: 'answered', value };
  }
  if (child.exitCode === null) return null;
  return refusalIn(stderr, `${words.join(' ')} ended with ${child.exitCode}: ${stderr}${stdout}`);
}

/** Undefined when there is no whole answer. */
function valueIn(stdout: string, { op }: Operation): unknown {
  if (op === 'export') return stdout.trim().split('\n').map(parsed);
  const value = stdout.endsWith('\n') ? parsed(stdout) : undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (op === 'reclaim' && 'reclaimed' in value) return value.reclaimed;
  if (op === 'archive' && 'archived' in value) return value.archived;
  return value;
}

function refusalIn(stderr: string, otherwise: string): Outcome {
  for (const line of stderr.split('\n')) {
    const value = parsed(line);
    if (typeof value !== 'object' || value === null || !('error' in value)) continue;
    const { error } = value;
    if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) continue;
    return { kind: 'refused', code: String(error.code), message: String(error.message) };
  }
  return { kind: 'refused', code: 'CRASHED', message: otherwise };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
