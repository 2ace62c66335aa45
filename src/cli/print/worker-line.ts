/** What a worker does, a line an event. */
import type { SessionEvent } from '../../fleet/agent/session.ts';
import type { WorkerEvent } from '../../fleet/work/worker.ts';
import { printable } from './text/escape.ts';
import type { Screen } from './text/screen.ts';
import { span } from './text/time.ts';

export function workerLine(event: WorkerEvent, { paint }: Screen): string {
  switch (event.kind) {
    case 'claimed':
      return `${paint.yellow('◐')} ${paint.bold(printable(event.card.id))} ${printable(event.card.title)}\n`;
    case 'paused': {
      const why = event.isOpen
        ? 'The command has failed at once too often: no card is taken for'
        : 'The command failed at once: the next card is taken in';
      return `${paint.dim('…')} ${why} ${span(event.seconds * 1000)}\n`;
    }
    case 'trouble':
      return `${paint.yellow('!')} ${printable(event.reason)} It is tried again in ${span(event.seconds * 1000)}\n`;
    case 'ended':
      return endLine(event, { paint });
  }
}

function endLine(
  { card, outcome, tookMs }: Extract<WorkerEvent, { kind: 'ended' }>,
  { paint }: Pick<Screen, 'paint'>,
): string {
  const id = paint.bold(printable(card.id));
  switch (outcome.kind) {
    case 'completed':
      return `${paint.green('✓')} ${id} completed after ${span(tookMs)}\n`;
    case 'failed':
      return `${paint.red('✗')} ${id} failed: ${printable(outcome.reason)} (again in ${span(outcome.retryAfterSeconds * 1000)})\n`;
    case 'lost':
      return `${paint.red('✗')} ${id} was lost: ${printable(outcome.reason)}\n`;
    case 'handed-back':
      return `${paint.dim('…')} ${id} was handed back\n`;
  }
}

export function sessionLine(event: SessionEvent, { paint }: Screen): string {
  if (event.kind === 'failed') return `${paint.red('✗')} ${printable(event.reason)}\n`;
  const why = event.isOpen ? 'It has failed at once too often, and is started again in' : 'It is started again in';
  return `${paint.dim('…')} ${why} ${span(event.seconds * 1000)}\n`;
}
