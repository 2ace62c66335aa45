/** What a change costs a long-lived process with many cards beside few; and how long an import takes. */
import { type Bench, mosaic, program } from '../bench.ts';
import { Companion, mustRun, node } from '../child.ts';
import { compared, type Figure, measured } from '../figures.ts';

export async function flatRow(bench: Bench): Promise<Figure> {
  const { manyCards, someCards, pairs } = bench.sizes;
  // Twice the cards that are claimed, so that the smaller one does not shrink to nothing meanwhile.
  const smaller = Math.max(someCards, 2 * pairs);
  const companion = new Companion(node(program('alternate'), bench.home(manyCards), bench.home(smaller)));
  try {
    await companion.hears();
    companion.tell(String(pairs));
    const [many = [], some = []] = seriesOf(await companion.hears());
    return compared(
      'claim+complete in a long-lived process with many cards beside few',
      measured(`${manyCards} cards`, 'µs', many),
      measured(`${smaller} cards`, 'µs', some),
      { sense: 'at most', goal: 1.2, bar: null },
    );
  } finally {
    await companion.end();
  }
}

export function importRow(bench: Bench): Figure {
  const { manyCards, windows } = bench.sizes;
  const lines = bench.lines(manyCards);
  const seconds: number[] = [];
  for (let time = 0; time < Math.min(windows, 3); time += 1) {
    const home = bench.fresh('import');
    const began = performance.now();
    mustRun(mosaic(home, 'import', lines));
    seconds.push((performance.now() - began) / 1000);
  }
  const ours = measured(`import of ${manyCards} cards`, 's', seconds);
  const goal = { sense: 'at most', goal: 15, bar: null } as const;
  return { row: 'import of many cards, seconds', ours, peer: null, value: ours.median, goal };
}

function seriesOf(line: string): readonly (readonly number[])[] {
  const value: unknown = JSON.parse(line);
  if (!Array.isArray(value)) throw new Error(`Not a list of series: ${line.slice(0, 80)}`);
  return value.map((one: unknown) => (Array.isArray(one) ? one.map(Number) : []));
}
