/**
 * A bar on stderr for work that takes a while. Short work never shows one, and where nobody looks on there is none.
 * The work is synchronous, so the bar is drawn from within its reports and needs no timer.
 */
import type { Progress } from '../../backlog/backlog.ts';
import { printable } from '../print/text/escape.ts';
import type { Screen } from '../print/text/screen.ts';

const SILENT_MS = 300;
const REDRAW_MS = 80;
const BAR = 24;

export class ProgressBar {
  readonly #write: (text: string) => void;
  readonly #screen: Screen;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #drawnMs = -Infinity;

  constructor(write: (text: string) => void, screen: Screen, nowMs: () => number) {
    this.#write = write;
    this.#screen = screen;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
  }

  readonly report = (progress: Progress): void => {
    const now = this.#nowMs();
    if (this.#screen.columns === null || now - this.#startedMs < SILENT_MS || now - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = now;
    this.#write(`\r${progressLine(progress, this.#screen)}\x1b[K`);
  };

  /** Takes the bar away again: what follows is the answer. */
  clear(): void {
    if (this.#drawnMs !== -Infinity) this.#write('\r\x1b[K');
  }
}

function progressLine({ stage, done, total }: Progress, { columns, paint }: Screen): string {
  const share = total === 0 ? 0 : Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  const numbers = total === 0 ? String(done) : `${done} of ${total}`;
  const bar = paint.green('█'.repeat(filled)) + paint.dim('░'.repeat(BAR - filled));
  return (columns ?? 0) < BAR + 40 ? `${printable(stage)} ${numbers}` : `${bar} ${printable(stage)}, ${numbers}`;
}
