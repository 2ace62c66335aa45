/** The mark, the colour and the words for where a card stands, the same everywhere. */
import type { Card, CardStatus } from '../../card/card.ts';
import { claimEndMs } from '../../card/expiry.ts';
import { printable } from './text/escape.ts';
import type { Paint } from './text/screen.ts';
import { span } from './text/time.ts';

const MARKS: Readonly<Record<CardStatus, string>> = { ready: '○', claimed: '◐', blocked: '✗', done: '✓' };

export function statusMark(status: CardStatus): string {
  return MARKS[status];
}

export function paintStatus(paint: Paint, status: CardStatus, text: string): string {
  switch (status) {
    case 'ready':
      return paint.blue(text);
    case 'claimed':
      return paint.yellow(text);
    case 'blocked':
      return paint.red(text);
    case 'done':
      return paint.green(text);
  }
}

/** `coder0, 12 min left`, `coder0, expired 3 min ago`, or nothing when the card is not claimed. */
export function claimWords(card: Card, nowMs: number): string {
  if (card.status !== 'claimed' || card.claimOwner === null) return '';
  const owner = printable(card.claimOwner);
  const endMs = claimEndMs(card, nowMs);
  if (endMs === null) return owner;
  const leftMs = endMs - nowMs;
  return leftMs > 0 ? `${owner}, ${span(leftMs)} left` : `${owner}, expired ${span(-leftMs)} ago`;
}
