/** The user's systemd, asked through `systemctl --user`. That it does not answer says nothing about its units. */
import { runProgram, type Ran, type RunProgram } from './run-program.ts';

export type SystemdAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** It understood, and could not. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface UnitState {
  readonly id: string;
  /** `active`, `inactive`, `failed`, `activating`, … */
  readonly active: string;
  /** Of the main process; null when there is none. */
  readonly pid: number | null;
  /** How often it was started again by itself, since it was last started. */
  readonly restarts: number;
  /** What the main process ended with when it last did; 0 when it never has. */
  readonly exitStatus: number;
  /** `success`, or why it failed: `exit-code`, `start-limit-hit`, … */
  readonly result: string;
}

export interface SystemdSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run?: RunProgram;
}

/** To stop an agent takes as long as its command is given to end. */
const TIMEOUT_MS = 120_000;
const ASK_TIMEOUT_MS = 5000;

export class Systemd {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #run: RunProgram;

  constructor({ environment, run = runProgram }: SystemdSettings) {
    this.#environment = environment;
    this.#run = run;
  }

  /** Whether the user's manager answers; its state when it does: `running`, `degraded`, `starting`, … */
  async state(): Promise<SystemdAnswer<string>> {
    const ran = await this.#systemctl(ASK_TIMEOUT_MS, 'is-system-running');
    // It says `degraded` with a status of its own; only without any word there was no manager.
    const word = ran.kind === 'ended' ? ran.stdout.trim() : '';
    if (word !== '' && word !== 'offline' && word !== 'unknown') return { kind: 'answer', value: word };
    return answerOf(ran);
  }

  /** The first line of `systemctl --version`; null where there is none. */
  async version(): Promise<string | null> {
    const words = ['--version'];
    const ran = await this.#run({
      program: 'systemctl',
      words,
      environment: this.#environment,
      timeoutMs: ASK_TIMEOUT_MS,
    });
    return ran.kind === 'ended' && ran.status === 0 ? (ran.stdout.split('\n')[0] ?? null) : null;
  }

  async start(...units: readonly string[]): Promise<SystemdAnswer<string>> {
    return this.#act('start', ...units);
  }

  async stop(...units: readonly string[]): Promise<SystemdAnswer<string>> {
    return this.#act('stop', ...units);
  }

  /** Forgets that a unit failed, so that it may be started again at once. */
  async resetFailed(...units: readonly string[]): Promise<SystemdAnswer<string>> {
    return this.#act('reset-failed', ...units);
  }

  /** From now on they start with the user's manager. */
  async enable(...units: readonly string[]): Promise<SystemdAnswer<string>> {
    return this.#act('enable', ...units);
  }

  async disable(...units: readonly string[]): Promise<SystemdAnswer<string>> {
    return this.#act('disable', ...units);
  }

  async reload(): Promise<SystemdAnswer<string>> {
    return this.#act('daemon-reload');
  }

  /** In the order asked for; a unit nobody knows is `inactive`. */
  async show(...units: readonly string[]): Promise<SystemdAnswer<readonly UnitState[]>> {
    if (units.length === 0) return { kind: 'answer', value: [] };
    const properties = '--property=Id,ActiveState,MainPID,NRestarts,ExecMainStatus,Result';
    const answer = answerOf(await this.#systemctl(ASK_TIMEOUT_MS, 'show', properties, '--', ...units));
    if (answer.kind !== 'answer') return answer;
    return { kind: 'answer', value: answer.value.trim().split('\n\n').map(parseUnit) };
  }

  async #act(...words: readonly string[]): Promise<SystemdAnswer<string>> {
    const [verb = '', ...units] = words;
    return answerOf(await this.#systemctl(TIMEOUT_MS, verb, ...(units.length === 0 ? [] : ['--', ...units])));
  }

  #systemctl(timeoutMs: number, ...words: readonly string[]): Promise<Ran> {
    const environment = { ...this.#environment, SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' };
    return this.#run({ program: 'systemctl', words: ['--user', '--no-pager', ...words], environment, timeoutMs });
  }
}

function answerOf(ran: Ran): SystemdAnswer<string> {
  if (ran.kind === 'missing') return ran;
  if (ran.kind === 'no-answer') return { kind: 'unknown', reason: `systemctl --user: ${ran.reason}` };
  if (ran.status === 0) return { kind: 'answer', value: ran.stdout };
  const said = ran.stderr.trim() || ran.stdout.trim() || `it ended with status ${ran.status}`;
  const isUnreachable = /failed to connect to( user scope)? bus|not been booted with systemd/i.test(said);
  return { kind: isUnreachable ? 'unknown' : 'refused', reason: `systemctl --user: ${said}` };
}

function parseUnit(text: string): UnitState {
  const fields = new Map(text.split('\n').map((line) => splitAt(line, line.indexOf('='))));
  const pid = Number(fields.get('MainPID') ?? 0);
  return {
    id: fields.get('Id') ?? '',
    active: fields.get('ActiveState') ?? 'unknown',
    pid: pid > 0 ? pid : null,
    restarts: Number(fields.get('NRestarts') ?? 0),
    exitStatus: Number(fields.get('ExecMainStatus') ?? 0),
    result: fields.get('Result') ?? '',
  };
}

function splitAt(line: string, index: number): [string, string] {
  return [line.slice(0, index), line.slice(index + 1)];
}
