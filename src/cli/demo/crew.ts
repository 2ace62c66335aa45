/** The worker processes of the demo: started, one of them killed, and all of them gone at the end. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface CrewOptions {
  readonly owners: readonly string[];
  readonly mosaicHome: string;
  /** The words between the program and the worker's command: `['fleet']`. */
  readonly path: readonly string[];
  /** This one takes its card number `stallAt` and never finishes it. */
  readonly victim: string;
  readonly stallAt: number;
}

export class Crew {
  readonly #children = new Map<string, ChildProcess>();
  readonly #ended: Promise<void>[] = [];

  constructor({ owners, mosaicHome, path, victim, stallAt }: CrewOptions) {
    const [program = ''] = process.argv.slice(1);
    for (const owner of owners) {
      const stall = owner === victim ? ['--stall-at', String(stallAt)] : [];
      const words = [program, ...path, '__demo-worker', '--owner', owner, '--mosaic-home', mosaicHome, ...stall];
      const child = spawn(process.execPath, words, {
        stdio: ['ignore', 'ignore', 'inherit'],
        // The demo has files of its own, whatever the user works on.
        env: { ...process.env, DATABASE_URL: '' },
      });
      this.#children.set(owner, child);
      this.#ended.push(
        new Promise((resolve) => {
          child.once('close', () => resolve());
          child.once('error', () => resolve());
        }),
      );
    }
  }

  /** As the kernel does it when memory runs out: no word of farewell. */
  kill(owner: string): void {
    this.#children.get(owner)?.kill('SIGKILL');
  }

  pidOf(owner: string): number | undefined {
    return this.#children.get(owner)?.pid;
  }

  async ended(): Promise<void> {
    await Promise.all(this.#ended);
  }

  stop(): void {
    for (const child of this.#children.values()) child.kill('SIGTERM');
  }
}
