/**
 * What the demo shows while it runs. On a terminal a few lines that are drawn over and over: how far the work is and
 * what each worker does. Elsewhere a line for each change, so that a log tells the same story.
 */
import type { Change } from '../../backlog/backlog.ts';
import { changeLine } from '../print/changes.ts';
import { printable } from '../print/text/escape.ts';
import type { Screen } from '../print/text/screen.ts';
import { cut, padEnd, textWidth } from '../print/text/width.ts';

const BAR = 30;
const LATEST = 5;

// oxlint-disable-next-line no-control-regex -- the colours that this program itself puts there
const COLOUR = /(\x1b\[\d+m)/;

export class DemoView {
  readonly #write: (text: string) => void;
  readonly #screen: Screen;
  readonly #titles: ReadonlyMap<string, string>;
  readonly #now = new Map<string, string>();
  readonly #done = new Set<string>();
  readonly #finished = new Map<string, number>();
  #latest: string[] = [];
  #drawnLines = 0;

  constructor(write: (text: string) => void, screen: Screen, titles: ReadonlyMap<string, string>) {
    this.#write = write;
    this.#screen = screen;
    this.#titles = titles;
  }

  start(owners: readonly string[]): void {
    for (const owner of owners) this.#now.set(owner, 'starting');
    this.#draw();
  }

  change(change: Change): void {
    const { paint } = this.#screen;
    const name = `${paint.bold(printable(change.id))} ${printable(this.#titles.get(change.id) ?? '')}`;
    const worker = change.by !== null && this.#now.has(change.by) ? change.by : null;
    if (change.kind === 'completed') this.#done.add(change.id);
    if (worker !== null) {
      if (change.kind === 'claimed') this.#now.set(worker, `${paint.yellow('◐')} ${name}`);
      if (change.kind === 'completed') this.#finished.set(worker, (this.#finished.get(worker) ?? 0) + 1);
      if (change.kind === 'completed' || change.kind === 'failed')
        this.#now.set(worker, paint.dim('looking for a card'));
    }
    if (change.kind === 'renewed' || change.kind === 'imported') return;
    this.#say(changeLine(change, this.#screen).trimEnd());
  }

  /** Something that no change of a card tells. */
  event(owner: string, words: string): void {
    this.#now.set(owner, this.#screen.paint.red(words));
    this.#say(`        ${this.#screen.paint.red(`${owner} ${words}`)}`);
  }

  /** Leaves the last state on the screen. */
  end(): void {
    for (const [owner, words] of this.#now) {
      if (!words.includes('killed')) this.#now.set(owner, this.#screen.paint.dim('done'));
    }
    this.#draw();
  }

  #say(line: string): void {
    if (this.#screen.columns === null) {
      this.#write(`${line}\n`);
      return;
    }
    this.#latest = [...this.#latest, line].slice(-LATEST);
    this.#draw();
  }

  #draw(): void {
    const { columns, paint } = this.#screen;
    if (columns === null) return;
    const filled = Math.round((this.#done.size / this.#titles.size) * BAR);
    const bar = paint.green('█'.repeat(filled)) + paint.dim('░'.repeat(BAR - filled));
    const lines = [
      `${bar}  ${this.#done.size} of ${this.#titles.size} cards done`,
      '',
      ...[...this.#now].map(([owner, words]) => this.#workerLine(owner, words, columns)),
      '',
      ...this.#latest.map((line) => fit(line, columns)),
    ];
    const back = this.#drawnLines === 0 ? '' : `\x1b[${this.#drawnLines}A`;
    this.#drawnLines = lines.length;
    this.#write(`${back}${lines.map((line) => `${line}\x1b[K\n`).join('')}`);
  }

  #workerLine(owner: string, words: string, columns: number): string {
    const { paint } = this.#screen;
    const count = `${this.#finished.get(owner) ?? 0} done`;
    return fit(`${padEnd(owner, 10)} ${paint.dim(padEnd(count, 8))} ${words}`, columns);
  }
}

/** Cut by what is seen: colours take no columns, and a cut line ends them all. */
function fit(line: string, columns: number): string {
  const parts = line.split(COLOUR);
  let room = columns - 1;
  return parts
    .map((part) => {
      if (part.startsWith('\x1b')) return part;
      const kept = cut(part, room);
      room -= textWidth(kept);
      return kept;
    })
    .join('');
}
