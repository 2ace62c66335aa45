/** An operation as a call of the library, and its answer in the form that the checker reads. */
import type { Backlog, Change } from '../../src/backlog/backlog.ts';
import type { Operation, Outcome } from './checker/call.ts';

export async function callLibrary(backlog: Backlog, operation: Operation): Promise<Outcome> {
  try {
    return { kind: 'answered', value: await perform(backlog, operation) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'CRASHED';
    return { kind: 'refused', code, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function perform(backlog: Backlog, operation: Operation): Promise<unknown> {
  switch (operation.op) {
    case 'batch': {
      const lines = operation.operations.map((one) => JSON.stringify(one));
      return backlog.batch({ lines, dryRun: operation.dryRun });
    }
    case 'import': {
      const lines = operation.cards.map((card) => JSON.stringify(card));
      return backlog.import({ lines, update: operation.update });
    }
    case 'claimWaiting':
      return backlog.claim(optionsOf(operation));
    case 'list': {
      const { cards, damaged } = await backlog.list(operation.filter);
      if (damaged.length > 0) throw new Error(`The list has damaged cards: ${JSON.stringify(damaged)}`);
      return cards;
    }
    case 'watch':
      return watch(backlog, operation.since, operation.forMs);
    case 'export': {
      const lines: unknown[] = [];
      for await (const line of backlog.export()) lines.push(JSON.parse(line));
      return lines;
    }
    default:
      return callByName(backlog, operation);
  }
}

type ByName = Exclude<Operation, { readonly op: 'batch' | 'import' | 'claimWaiting' | 'list' | 'watch' | 'export' }>;

async function callByName(backlog: Backlog, operation: ByName): Promise<unknown> {
  switch (operation.op) {
    case 'claim':
      return backlog.claim(optionsOf(operation));
    case 'claimMany':
      return backlog.claimMany(optionsOf(operation));
    case 'create':
      return backlog.create(optionsOf(operation));
    case 'renew':
      return backlog.renew(optionsOf(operation));
    case 'release':
      return backlog.release(optionsOf(operation));
    case 'complete':
      return backlog.complete(optionsOf(operation));
    case 'fail':
      return backlog.fail(optionsOf(operation));
    case 'reclaim':
      return backlog.reclaim(optionsOf(operation));
    case 'link':
      return backlog.link(optionsOf(operation));
    case 'unlink':
      return backlog.unlink(optionsOf(operation));
    case 'block':
      return backlog.block(optionsOf(operation));
    case 'unblock':
      return backlog.unblock(optionsOf(operation));
    case 'update':
      return backlog.update(optionsOf(operation));
    case 'archive':
      return backlog.archive(optionsOf(operation));
    case 'get':
      return backlog.get(optionsOf(operation));
    case 'history':
      return backlog.history(optionsOf(operation));
    case 'explain':
      return backlog.explain(optionsOf(operation));
    case 'stats':
      return backlog.stats();
    case 'doctor':
      return backlog.doctor();
  }
}

function optionsOf<T extends { readonly op: string }>({ op: _op, ...options }: T): Omit<T, 'op'> {
  return options;
}

async function watch(backlog: Backlog, since: number, forMs: number): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for await (const change of backlog.watch({ since, signal: AbortSignal.timeout(forMs) })) changes.push(change);
  return changes;
}
