/** The store on a server: beside plain SQL on the same server, and a cold command beside one on files. */
import { startServer, type Server } from '../../postgres/server.ts';
import { alternately, type Bench, mosaic, program } from '../bench.ts';
import { type Command, Companion, mustRun, node, processorTime } from '../child.ts';
import { compared, type Figure, type Goal, measured } from '../figures.ts';
import { latencies, latencyFigure } from './latency.ts';
import { atLeast, besides, type Side, windowCount, windows } from '../windows.ts';

const CREWS: readonly (readonly [workers: number, words: string])[] = [
  [1, 'claim+complete on a server, one process, beside plain SQL with SKIP LOCKED'],
  [8, 'the same with eight processes'],
  [64, 'the same with sixty-four processes'],
];
/** So many cards for each second of work that no side runs out of them, on a faster machine either. */
const CARDS_A_SECOND = 3500;

/** What everything around the two statements costs: rules, history, numbers without a gap, a notification. */
const BESIDE_SQL: Goal = atLeast(0.3, null);

export async function serverRows(bench: Bench): Promise<readonly Figure[]> {
  const server = await startServer({ place: bench.fresh('postgres') });
  try {
    const ours = await oursOn(server, bench);
    const plain = await plainOn(server, bench);
    const figures: Figure[] = [];
    for (const [workers, words] of CREWS)
      figures.push(besides(words, await windows(bench, workers, [ours, plain]), BESIDE_SQL));
    return [...figures, await coldRow(server, bench), await watchRow(server, bench)];
  } finally {
    await server.remove();
  }
}

async function oursOn(server: Server, bench: Bench): Promise<Side> {
  const { url } = await server.createDatabase();
  mustRun(onServer(url, mosaic(bench.fresh('no-home'), 'import', bench.lines(cardsFor(bench)))));
  return { name: 'mosaic on a server', worker: node(program('drain'), 'mosaic-server', url) };
}

async function plainOn(server: Server, bench: Bench): Promise<Side> {
  const { url } = await server.createDatabase();
  mustRun(node(program('fill-postgres'), url, String(cardsFor(bench))));
  return { name: 'plain SQL', worker: node(program('drain'), 'postgres', url) };
}

/** Each crew has its windows, on the cards that the one before has left. */
function cardsFor({ sizes }: Bench): number {
  const all = CREWS.reduce((sum, [workers]) => sum + windowCount(sizes, workers), 0);
  return Math.ceil((all * sizes.windowMs * CARDS_A_SECOND) / 1000);
}

async function coldRow(server: Server, bench: Bench): Promise<Figure> {
  const { url } = await server.createDatabase();
  const claim = (home: string): Command => mosaic(home, 'claim', '--owner', 'coder0', '--json');
  mustRun(onServer(url, mosaic(bench.fresh('no-home'), 'import', bench.lines(bench.sizes.fewCards))));
  const [far, near] = [onServer(url, claim(bench.fresh('no-home'))), claim(bench.home(bench.sizes.fewCards))];
  const sides = [far, near].map((command) => () => processorTime(command));
  const [onIt = [], onFiles = []] = alternately(bench.sizes.runs, sides);
  return compared(
    'processor time of one cold claim on a server beside one on files',
    measured('claim, server', 'ms', onIt),
    measured('claim, files', 'ms', onFiles),
    { sense: 'at most', goal: 2, bar: null },
  );
}

async function watchRow(server: Server, bench: Bench): Promise<Figure> {
  const { url } = await server.createDatabase();
  const watcher = new Companion(onServer(url, mosaic(bench.fresh('no-home'), 'watch', '--json')));
  const times = await latencies(bench, { databaseUrl: url }, watcher, 'watched');
  return latencyFigure('from a committed change on a server to the line of `watch`, p99', 'watch, server', times, 50);
}

function onServer(url: string, command: Command): Command {
  return { ...command, env: { ...command.env, DATABASE_URL: url } };
}
