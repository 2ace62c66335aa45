/** How starting and stopping went, a line each. */
import type { Deed, StepResult } from '../../fleet/life/steps.ts';
import { printable } from './text/escape.ts';
import type { Screen } from './text/screen.ts';

const WORDS: Readonly<Record<Deed, string>> = {
  started: 'started',
  ended: 'ended at once, as if its work was done',
  'already-running': 'runs already',
  stopped: 'stopped',
  'stopped-by-force': 'stopped by force',
  'not-running': 'was not running',
  'left-alone': 'left running',
  failed: 'failed',
};

const MARKS: Readonly<Record<Deed, string>> = {
  started: '✓',
  ended: '!',
  'already-running': '·',
  stopped: '✓',
  'stopped-by-force': '!',
  'not-running': '·',
  'left-alone': '!',
  failed: '✗',
};

export function stepLines(results: readonly StepResult[], screen: Screen): string {
  return results.map((result) => stepLine(result, screen)).join('');
}

function stepLine({ subject, deed, reason, hint }: StepResult, { paint }: Screen): string {
  const why = reason === null ? '' : `: ${printable(reason)}`;
  const line = `${colourOf(deed, paint)(MARKS[deed])} ${paint.bold(printable(subject))} ${WORDS[deed]}${why}\n`;
  return hint === null ? line : `${line}${paint.dim(' →')} ${printable(hint)}\n`;
}

function colourOf(deed: Deed, paint: Screen['paint']): (text: string) => string {
  if (deed === 'failed') return paint.red;
  if (deed === 'stopped-by-force' || deed === 'left-alone' || deed === 'ended') return paint.yellow;
  return deed === 'started' || deed === 'stopped' ? paint.green : paint.dim;
}
