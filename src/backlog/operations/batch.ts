/** Batch: several operations in one transaction, all or none. */
import type { Card } from '../../card/card.ts';
import { MosaicError } from '../../errors.ts';
import type { BatchOperation, BatchReport, BatchResult } from '../backlog.ts';
import { parseJsonText } from '../json-text.ts';
import { parseRequest, type Requests } from '../requests.ts';
import type { Transaction } from '../transaction.ts';
import { claimCards } from './claim.ts';
import { createCard } from './create.ts';
import type { NumberedLine } from './lines.ts';
import {
  blockCard,
  completeCard,
  failCard,
  linkCards,
  reclaimCards,
  releaseCard,
  renewCard,
  unblockCard,
  unlinkCards,
  updateCard,
} from './one-card.ts';

type Operation = BatchOperation['op'];

interface Step {
  readonly line: number;
  readonly op: Operation;
  /** The cards that it names. */
  readonly about: readonly string[];
  readonly run: (transaction: Transaction) => Omit<BatchResult, 'line' | 'op'>;
}

/**
 * Parses every line before anything is done.
 *
 * @throws MosaicError BATCH_REFUSED, naming the line
 */
export function parseBatch(lines: readonly NumberedLine[]): readonly Step[] {
  return lines.map(({ line, text }) => atLine(line, () => parseStep(line, text)));
}

/** @throws MosaicError BATCH_REFUSED, naming the line that failed and why; the caller then commits nothing */
export function runBatch(transaction: Transaction, steps: readonly Step[], dryRun: boolean): BatchReport {
  const results = steps.map(({ line, op, run }) => ({ line, op, ...atLine(line, () => run(transaction)) }));
  return { dryRun, results };
}

function parseStep(line: number, text: string): Step {
  const json = parseJsonText(text);
  if (json.kind === 'bad') throw invalid(`The line cannot be read: ${json.reason}.`);
  const value = json.value;
  if (typeof value !== 'object' || value === null || !('op' in value) || typeof value.op !== 'string') {
    throw invalid('The line is not an object with an "op", for example {"op":"complete","id":"A4"}.');
  }
  const { op, ...options } = value;
  if (!isOperation(op)) {
    throw invalid(`There is no operation ${JSON.stringify(op)} for a batch; there are ${OPERATIONS.join(', ')}.`);
  }
  return { line, op, about: namedIn(value), run: STEPS[op](options) };
}

function namedIn(value: object): readonly string[] {
  const { id, from, to }: { readonly id?: unknown; readonly from?: unknown; readonly to?: unknown } = value;
  return [id, from, to].filter((name) => typeof name === 'string');
}

type Parsed = (transaction: Transaction) => Omit<BatchResult, 'line' | 'op'>;

/** Each parses its options at once and returns what is to be done with them. */
const STEPS: Readonly<Record<Operation, (options: unknown) => Parsed>> = {
  create: onCard('create', createCard),
  claim: (options) => {
    const request = parseRequest('claim', options);
    if (request.waitSeconds !== undefined) throw invalid('A claim in a batch cannot wait.');
    return (transaction) => {
      const [card] = claimCards(transaction, request);
      return { card: card ?? null, ids: card === undefined ? [] : [card.id] };
    };
  },
  renew: onCard('renew', renewCard),
  release: onCard('release', releaseCard),
  complete: onCard('complete', completeCard),
  fail: onCard('fail', failCard),
  reclaim: (options) => {
    const request = parseRequest('reclaim', options);
    return (transaction) => ({ card: null, ids: reclaimCards(transaction, request) });
  },
  link: onCard('link', linkCards),
  unlink: onCard('unlink', unlinkCards),
  block: onCard('block', blockCard),
  unblock: onCard('unblock', unblockCard),
  update: onCard('update', updateCard),
};

const OPERATIONS: readonly string[] = Object.keys(STEPS);

function onCard<K extends keyof Requests>(
  operation: K,
  change: (transaction: Transaction, request: Requests[K]) => Card,
): (options: unknown) => Parsed {
  return (options) => {
    const request = parseRequest(operation, options);
    return (transaction) => {
      const card = change(transaction, request);
      return { card, ids: [card.id] };
    };
  };
}

function isOperation(op: string): op is Operation {
  return Object.hasOwn(STEPS, op);
}

function invalid(message: string): MosaicError {
  return new MosaicError({ code: 'INVALID_INPUT', message });
}

function atLine<T>(line: number, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof MosaicError)) throw error;
    throw new MosaicError({
      code: 'BATCH_REFUSED',
      message: `Line ${line} was refused, so nothing of the batch was done: ${error.message}`,
      hint: error.hint ?? 'Mend that line and run the whole batch again.',
      cause: error,
    });
  }
}
