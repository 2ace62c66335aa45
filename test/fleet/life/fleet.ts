/** A whole fleet under test, on a tmux server of its own, and with a systemd of its own where that is asked for. */
import { type ChildProcessWithoutNullStreams, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach } from 'vitest';
import type { Change } from '../../../src/backlog/backlog.ts';
import type { Card } from '../../../src/card/card.ts';
import { socketOf } from '../../../src/fleet/life/panes.ts';
import type { AgentStatus, FleetStatus } from '../../../src/fleet/life/status.ts';
import type { StepResult } from '../../../src/fleet/life/steps.ts';
import { type Answer, Mosaic } from '../../cli/mosaic.ts';
import { canRunSystemd, TestSystemd } from './systemd.ts';

const LOOK_AGAIN_MS = 50;

export const hasTmux: boolean = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) console.warn('tmux is not installed: the life of a fleet is NOT tested here.');

export const hasSystemd: boolean = hasTmux && canRunSystemd();
if (!hasSystemd) console.warn('No systemd can be run here: a fleet that is kept by systemd is NOT tested here.');

const fleets: TestFleet[] = [];

afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.end();
});

export class TestFleet {
  readonly mosaic: Mosaic;
  readonly #environment: Record<string, string> = {};
  #systemd: TestSystemd | null = null;

  constructor(mosaic: Mosaic = new Mosaic()) {
    this.mosaic = mosaic;
    fleets.push(this);
  }

  /** A fleet whose user has a systemd. */
  static async withSystemd(mosaic?: Mosaic): Promise<TestFleet> {
    const fleet = new TestFleet(mosaic);
    fleet.#systemd = new TestSystemd(fleet.mosaic.env());
    fleet.#environment['XDG_RUNTIME_DIR'] = fleet.#systemd.runtimeFolder;
    await fleet.#systemd.start();
    return fleet;
  }

  get home(): string {
    return this.mosaic.home;
  }

  /** From now on every command finds this set. */
  set(name: string, value: string): void {
    this.#environment[name] = value;
  }

  /** Words after `mosaic fleet`. */
  run(...words: readonly string[]): Promise<Answer> {
    return this.mosaic.run(['fleet', ...words], { env: this.#environment });
  }

  /** The same, running on. */
  start(words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
    const child = this.mosaic.start(['fleet', ...words], { env: { ...this.#environment, ...env } });
    child.stdin.end();
    return child;
  }

  /** The same for one that must succeed. */
  async ok(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...words);
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  }

  async add(name: string, command: string, ...options: readonly string[]): Promise<void> {
    await this.ok('add', name, '--runtime', 'shell', '--command', command, ...options);
  }

  /** What `start`, `stop` or `restart` reports, `subject deed`. */
  async deeds(...words: readonly string[]): Promise<readonly string[]> {
    return (await this.results(...words)).map(({ subject, deed }) => `${subject} ${deed}`);
  }

  /** The same with the reasons. */
  async results(...words: readonly string[]): Promise<readonly StepResult[]> {
    const { stdout } = await this.run(...words, '--json');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the program's own answer; what is wrong with it fails the test
    return (JSON.parse(stdout) as { readonly results: readonly StepResult[] }).results;
  }

  async status(): Promise<FleetStatus> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return JSON.parse(await this.ok('status', '--json')) as FleetStatus;
  }

  async agent(name: string): Promise<AgentStatus> {
    const found = (await this.status()).agents.find((agent) => agent.name === name);
    if (found === undefined) throw new Error(`There is no agent ${name}.`);
    return found;
  }

  async states(): Promise<readonly string[]> {
    return (await this.status()).agents.map(({ state }) => state);
  }

  /** Looks until it is so; the test's own time limit ends it. */
  async until(isSo: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isSo())) await sleep(LOOK_AGAIN_MS);
  }

  /** So many cards, each after the one `width` before it. */
  async importCards(count: number, width: number): Promise<void> {
    const plan = join(this.home, 'plan.jsonl');
    const lines = Array.from({ length: count }, (_, index) => {
      const dependsOn = index < width ? [] : [`c${index - width}`];
      return JSON.stringify({ id: `c${index}`, title: `Card ${index}`, dependsOn });
    });
    writeFileSync(plan, lines.join('\n'));
    await this.mosaic.json(['import', plan]);
  }

  async cards(): Promise<readonly Card[]> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return (await this.mosaic.json(['list'])) as readonly Card[];
  }

  async doneCount(): Promise<number> {
    return (await this.cards()).filter(({ status }) => status === 'done').length;
  }

  /** Of one card, or of all. */
  async history(...words: readonly string[]): Promise<readonly Change[]> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return (await this.mosaic.json(['history', ...words])) as readonly Change[];
  }

  /** Asks the tmux server of the fleet; empty where it says no. */
  tmux(...words: readonly string[]): string {
    const { TMUX: _, TMUX_PANE: __, TMUX_TMPDIR: ___, ...environment } = process.env;
    const all = ['-u', '-L', socketOf(this.home), '-N', ...words];
    return spawnSync('tmux', all, { encoding: 'utf8', env: environment }).stdout.trim();
  }

  get serverPid(): number {
    return Number(this.tmux('display-message', '-p', '#{pid}'));
  }

  systemctl(...words: readonly string[]): string {
    return this.#systemd?.ask(...words) ?? '';
  }

  /** From now on the process hangs, until it is ended by force. */
  freeze(pid: number): void {
    this.#systemd?.freeze(pid);
  }

  /** The machine goes down without a word, and comes up again. */
  async reboot(): Promise<void> {
    await this.#systemd?.crash();
    await this.#systemd?.start();
  }

  async end(): Promise<void> {
    await this.#systemd?.crash();
    this.tmux('kill-server');
  }
}
