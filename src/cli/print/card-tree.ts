/**
 * `list --tree`: the graph of dependencies as trees. Under a card stand the cards it waits for, so reading down a
 * branch says what must happen first. A card that is done is not unfolded: nobody waits for what is below it. A card
 * that was shown before is only named, and where the page becomes too narrow a branch goes on as a tree of its own.
 */
import type { Card } from '../../card/card.ts';
import { printable } from './text/escape.ts';
import type { Screen } from './text/screen.ts';
import { claimWords, paintStatus, statusMark } from './status.ts';
import { cut, textWidth } from './text/width.ts';

interface Node {
  readonly id: string;
  /** What stands before the mark on this line. */
  readonly branch: string;
  /** What stands before the marks of the lines below it. */
  readonly indent: string;
}

/** Deeper than this nobody can follow the lines. */
const DEEPEST_COLUMNS = 36;

/** `shown` are the cards asked for, in order; `all` is every card, because they may wait for cards beside them. */
export function cardTree(
  shown: readonly Card[],
  all: ReadonlyMap<string, Card>,
  screen: Screen,
  nowMs: number,
): string {
  const tree = new Tree(all, screen, nowMs);
  const awaited = new Set(shown.filter(({ status }) => status !== 'done').flatMap(({ dependsOn }) => dependsOn));
  const open = shown.filter(({ status }) => status !== 'done');
  for (const card of open) if (!awaited.has(card.id)) tree.grow(card.id);
  for (const card of open) tree.grow(card.id);
  tree.fold(shown.filter(({ id, status }) => status === 'done' && !awaited.has(id)).map(({ id }) => id));
  return tree.lines.length === 0 ? '' : `${tree.lines.join('\n')}\n`;
}

class Tree {
  readonly lines: string[] = [];
  readonly #all: ReadonlyMap<string, Card>;
  readonly #screen: Screen;
  readonly #nowMs: number;
  readonly #shown = new Set<string>();
  readonly #deepest: number;

  constructor(all: ReadonlyMap<string, Card>, screen: Screen, nowMs: number) {
    this.#all = all;
    this.#screen = screen;
    this.#nowMs = nowMs;
    this.#deepest = Math.min(DEEPEST_COLUMNS, Math.floor((screen.columns ?? Infinity) / 2));
  }

  /** A tree of its own, unless the card stands in an earlier one; then those that were too deep for it. */
  grow(id: string): void {
    const roots = [id];
    for (let root = roots.shift(); root !== undefined; root = roots.shift()) {
      if (!this.#shown.has(root)) this.#growOne(root, roots);
    }
  }

  #growOne(root: string, later: string[]): void {
    const stack: Node[] = [{ id: root, branch: '', indent: '' }];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const card = this.#all.get(node.id);
      const known = this.#shown.has(node.id);
      const tooDeep = !known && node.indent.length > this.#deepest && hasOpenDependency(card, this.#all);
      this.#line(node, card, known ? '(above)' : tooDeep ? '(goes on below)' : '');
      if (card === undefined || known) continue;
      if (tooDeep) {
        later.push(node.id);
        continue;
      }
      this.#shown.add(node.id);
      stack.push(...this.#children(card, node.indent).reverse());
    }
  }

  /** The cards it waits for, those that are done in one line before them. */
  #children(card: Card, indent: string): Node[] {
    const open = card.dependsOn.filter((id) => this.#all.get(id)?.status !== 'done');
    const done = card.dependsOn.filter((id) => this.#all.get(id)?.status === 'done');
    if (done.length > 0) {
      const { paint } = this.#screen;
      const branch = `${indent}${open.length === 0 ? '└─ ' : '├─ '}`;
      this.#push(`${paint.dim(branch)}${paint.green('✓')} `, done.map(printable).join(', '), branch, paint.dim);
    }
    return open.map((id, at) => {
      const isLast = at === open.length - 1;
      return { id, branch: `${indent}${isLast ? '└─ ' : '├─ '}`, indent: `${indent}${isLast ? '   ' : '│  '}` };
    });
  }

  fold(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const { paint } = this.#screen;
    const words = `${ids.length} done that nothing waits for: ${ids.map(printable).join(', ')}`;
    this.#push(`${paint.green('✓')} `, words, '', paint.dim);
  }

  #line({ id, branch }: Node, card: Card | undefined, note: string): void {
    const { paint } = this.#screen;
    if (card === undefined) {
      this.#push(
        `${paint.dim(branch)}${paint.red('?')} `,
        `${printable(id)}  there is no such card`,
        branch,
        paint.red,
      );
      return;
    }
    const mark = paintStatus(paint, card.status, statusMark(card.status));
    const start = `${paint.dim(branch)}${mark} `;
    if (note !== '') return this.#push(start, `${printable(id)} ${note}`, branch, paint.dim);
    const held = claimWords(card, this.#nowMs);
    const words = `${printable(id)}  ${printable(card.title)}${held === '' ? '' : ` (${held})`}`;
    this.#push(
      start,
      words,
      branch,
      (text) => paint.bold(text.slice(0, printable(id).length)) + text.slice(printable(id).length),
    );
  }

  #push(start: string, words: string, branch: string, paint: (text: string) => string): void {
    const room = this.#screen.columns === null ? Infinity : this.#screen.columns - textWidth(branch) - 2;
    this.lines.push(start + paint(cut(words, room)));
  }
}

function hasOpenDependency(card: Card | undefined, all: ReadonlyMap<string, Card>): boolean {
  return card?.dependsOn.some((id) => all.get(id)?.status !== 'done') ?? false;
}
