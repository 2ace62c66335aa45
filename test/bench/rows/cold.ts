/** What one command costs from a standing start, beside a Node that does nothing, and beside an embedded Postgres. */
import { alternately, type Bench, mosaic, program } from '../bench.ts';
import { type Command, memoryPeak, mustRun, node, processorTime } from '../child.ts';
import { compared, type Figure, measured } from '../figures.ts';

const BARE: Command = node('-e', '0');

export function coldRows(bench: Bench): readonly Figure[] {
  const { fewCards, manyCards, runs } = bench.sizes;
  const few = claim(bench.home(fewCards));
  const many = claim(bench.home(manyCards));
  const list = mosaic(bench.home(manyCards), 'list', '--limit', '50');
  for (const command of [few, many, list]) mustRun(command);
  const times = alternately(
    runs,
    [BARE, few, many, list].map((command) => () => processorTime(command)),
  );
  const [bare = [], atFew = [], atMany = [], listed = []] = times;
  const nothing = measured('node -e 0', 'ms', bare);
  const little = measured(`claim, ${fewCards} cards`, 'ms', atFew);
  const much = measured(`claim, ${manyCards} cards`, 'ms', atMany);
  const page = measured(`list --limit 50, ${manyCards} cards`, 'ms', listed);
  return [
    compared('processor time of one claim beside bare Node', little, nothing, atMost(1.15, 1.25)),
    compared('the same with many cards beside few', much, little, atMost(1.1, 1.3)),
    compared('list --limit 50 with many cards beside bare Node', page, nothing, atMost(1.3, null)),
  ];
}

export function memoryRow(bench: Bench): Figure {
  const { manyCards, runs } = bench.sizes;
  const many = claim(bench.home(manyCards));
  const [ours = [], bare = []] = alternately(Math.ceil(runs / 3), [() => memoryPeak(many), () => memoryPeak(BARE)]);
  return compared(
    'memory of one claim with many cards beside bare Node',
    measured(`claim, ${manyCards} cards`, 'MB', ours),
    measured('node -e 0', 'MB', bare),
    atMost(1.3, null),
  );
}

export function pgliteRow(bench: Bench): Figure {
  const { fewCards, runs } = bench.sizes;
  const folder = bench.fresh('pglite');
  mustRun(node(program('pglite-claim'), folder, String(fewCards)));
  const sides = [claim(bench.home(fewCards)), node(program('pglite-claim'), folder)];
  const times = alternately(
    Math.ceil(runs / 2),
    sides.map((command) => () => processorTime(command)),
  );
  const [ours = [], theirs = []] = times;
  return compared(
    'processor time of one claim beside an embedded Postgres (PGlite)',
    measured(`claim, ${fewCards} cards`, 'ms', ours),
    measured('claim on PGlite', 'ms', theirs),
    atMost(0.2, 1),
  );
}

function claim(home: string): Command {
  return mosaic(home, 'claim', '--owner', 'coder0', '--json');
}

function atMost(goal: number, bar: number | null): Figure['goal'] {
  return { sense: 'at most', goal, bar };
}
