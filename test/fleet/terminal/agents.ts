/** Agents under test: real programs in panes of a tmux server of their own, which is gone after each test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { socketOf } from '../../../src/fleet/life/panes.ts';
import { Mosaic, type Answer, type RunOptions } from '../../cli/mosaic.ts';

export const hasTmux: boolean = spawnSync('tmux', ['-V']).status === 0;

if (!hasTmux) console.warn('tmux is not installed: what is sent to agents and read from them is NOT tested here.');

const AGENT = fileURLToPath(new URL('./programs/agent.mjs', import.meta.url));
const LOOK_AGAIN_MS = 20;

const fleets: Agents[] = [];

afterEach(() => {
  for (const fleet of fleets.splice(0)) fleet.end();
});

export class Agents {
  readonly mosaic: Mosaic = new Mosaic();
  readonly #environment: NodeJS.ProcessEnv;
  readonly #folder: string;
  #pid: number | null = null;

  constructor() {
    const { TMUX: _, TMUX_PANE: __, TMUX_TMPDIR: ___, ...environment } = process.env;
    this.#environment = environment;
    this.#folder = `/tmp/tmux-${process.getuid?.() ?? 0}`;
    fleets.push(this);
  }

  get socket(): string {
    return socketOf(this.mosaic.home);
  }

  tmux(...words: readonly string[]): string {
    const all = ['-u', '-L', this.socket, '-f', '/dev/null', ...words];
    return execFileSync('tmux', all, { encoding: 'utf8', env: this.#environment }).trimEnd();
  }

  /** @param program as the shell reads it @returns the id of its pane */
  start(name: string, program: string): string {
    if (this.#pid === null) {
      this.tmux('start-server', ';', 'set', '-s', 'exit-empty', 'off', ';', 'set', '-g', 'remain-on-exit', 'on');
      this.#pid = Number(this.tmux('display-message', '-p', '#{pid}'));
    }
    const size = ['-x', '120', '-y', '40'];
    const pane = this.tmux('new-session', '-d', '-s', name, ...size, '-P', '-F', '#{pane_id}', program);
    this.tmux('set-option', '-p', '-t', pane, '@mosaic-agent', name);
    return pane;
  }

  /** A shell that waits at its prompt. */
  async startShell(name: string): Promise<string> {
    const pane = this.start(name, "env PS1='$ ' bash --norc --noprofile");
    await this.shows(pane, '$');
    return pane;
  }

  /** The program of `programs/agent.mjs`, ready. @returns its pane, and what was submitted to it by now */
  async startAgent(name: string, deafToEnters = 0): Promise<{ pane: string; submitted: () => readonly unknown[] }> {
    const out = join(this.mosaic.home, `${name}.out`);
    const pane = this.start(name, `env DEAF_TO_ENTERS=${deafToEnters} ${process.execPath} ${AGENT} ${out}`);
    await this.shows(pane, 'ready');
    return { pane, submitted: () => linesOf(out).map((line): unknown => JSON.parse(line)) };
  }

  /** Writes every line it is given to a file. @returns its pane, and the lines by now */
  async startCat(name: string): Promise<{ pane: string; lines: () => readonly string[] }> {
    const out = join(this.mosaic.home, `${name}.out`);
    const pane = this.start(name, `echo ready; cat > ${out}`);
    await this.shows(pane, 'ready');
    return { pane, lines: () => linesOf(out) };
  }

  screen(pane: string): string {
    return this.tmux('capture-pane', '-p', '-J', '-t', pane);
  }

  async shows(pane: string, text: string): Promise<void> {
    while (!this.screen(pane).includes(text)) await sleep(LOOK_AGAIN_MS);
  }

  /**
   * Its program has ended. tmux 3.3 now and then misses the end of one that ends at once: then the pane is dead, but
   * neither the status nor the line `Pane is dead` ever comes.
   */
  async isOver(pane: string): Promise<void> {
    while (this.ask(pane, '#{pane_dead}') !== '1') await sleep(LOOK_AGAIN_MS);
  }

  /** What a format of tmux says about a pane. */
  ask(pane: string, format: string): string {
    return this.tmux('display-message', '-p', '-t', pane, format);
  }

  agent(words: readonly string[], options: RunOptions = {}): Promise<Answer> {
    return this.mosaic.run(['fleet', 'agent', ...words], options);
  }

  send(name: string, ...words: readonly string[]): Promise<Answer> {
    return this.agent(['send', name, ...words]);
  }

  /** Stopped, so that it answers nobody. */
  stopServer(): void {
    if (this.#pid !== null) process.kill(this.#pid, 'SIGSTOP');
  }

  end(): void {
    if (this.#pid === null) return;
    process.kill(this.#pid, 'SIGCONT');
    spawnSync('tmux', ['-L', this.socket, 'kill-server'], { env: this.#environment });
    rmSync(join(this.#folder, this.socket), { force: true });
  }
}

function linesOf(file: string): readonly string[] {
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}
