/** Damages one file of a store after the other, and looks what becomes of it. `MOSAIC_DAMAGE=deep` does it two hundred thousand times. */
import { expect } from 'vitest';
import { randomFrom } from '../data/generated.ts';
import { examine } from './examine.ts';
import { type Mutation, mutate } from './mutation.ts';
import { newSpecimen } from './specimen.ts';
import { PATHS } from '../crash/scenario.ts';

const MUTATIONS = process.env['MOSAIC_DAMAGE'] === 'deep' ? 100_000 : 1_000;
const seed = Number(process.env['MOSAIC_TEST_SEED'] ?? Date.now() % 1_000_000);
/** Repeats one mutation of a seed alone. */
const only = process.env['MOSAIC_DAMAGE_ONLY'];

/**
 * @param boot the store was written in `boot`; in any other, the machine was restarted since
 * @param share of the mutations of a seed, one in two
 */
export async function fuzz(boot: string, share: 0 | 1): Promise<void> {
  const specimen = await newSpecimen();
  const problems = new Map<string, string[]>();
  const counts = { effects: 0, refused: 0 };
  const numbers =
    only === undefined ? Array.from({ length: MUTATIONS }, (_, number) => number * 2 + share) : [Number(only)];
  for (const number of numbers) {
    const random = randomFrom(seed * 1_000_003 + number);
    const disk = specimen.disk.copy();
    const mutation = mutate(disk, specimen.paths, random);
    try {
      const seen = await examine(specimen, disk, mutation, boot);
      if (seen.hasEffect) counts.effects += 1;
      if (seen.refused) counts.refused += 1;
    } catch (error) {
      if (only !== undefined) throw error;
      const text = `${areaOf(mutation)}: ${String(error).slice(0, 300)}`;
      problems.set(text, [
        ...(problems.get(text) ?? []),
        `${number} (${mutation.what}, ${mutation.path}, rot ${mutation.isRot})`,
      ]);
    }
  }
  console.log(
    `${numbers.length} mutations, ${counts.effects} of them took a part of the history, ${counts.refused} the cards. ` +
      `Repeat one with MOSAIC_TEST_SEED=${seed} MOSAIC_DAMAGE_ONLY=<number>.`,
  );
  expect([...problems].map(([text, cases]) => `${cases.length} times, ${cases[0]}: ${text}`)).toEqual([]);
}

function areaOf({ path }: Mutation): string {
  return path.slice(PATHS.root.length + 1).split('/')[0] ?? '';
}
