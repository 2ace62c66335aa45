/** One card in one line, after something was done to it. */
import type { Card } from '../../card/card.ts';
import { printable } from './text/escape.ts';
import type { Screen } from './text/screen.ts';
import { paintStatus, statusMark } from './status.ts';

/** `✓ A4  Write the parser: is done`. */
export function cardSentence(card: Card, words: string, { paint }: Screen): string {
  const mark = paintStatus(paint, card.status, statusMark(card.status));
  return `${mark} ${paint.bold(printable(card.id))} ${words}.  ${paint.dim(printable(card.title))}\n`;
}
