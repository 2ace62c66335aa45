/**
 * What a power cut may leave of a run of file-system calls, under no more than POSIX promises: what was flushed is
 * there; of everything else, each write may be there, missing, torn, or zeros in any part of it; each name may be
 * there or not; each date too; in any combination, whatever came first. A rename never loses the file: its old name
 * goes only if the new one is there.
 *
 * Method: ALICE (Pillai et al., OSDI 2014), at our size.
 */
import type { Effect } from '../model/effect.ts';

/** One thing that may be there after the power cut, or not: the ways it can turn out, the first one is "all of it". */
export interface Chance {
  readonly outcomes: readonly (readonly Effect[])[];
}

export interface Survivors {
  /** In order; what is sure to be there stands as an effect of its own. */
  readonly parts: readonly (Effect | Chance)[];
  readonly chances: readonly Chance[];
}

/** What may survive when the power goes after these effects. */
export function survivorsOf(effects: readonly Effect[]): Survivors {
  const isSure = sureOnes(effects);
  const parts: (Effect | Chance)[] = [];
  const chances: Chance[] = [];
  for (let index = 0; index < effects.length; index += 1) {
    const effect = effects[index];
    if (effect === undefined || effect.kind === 'flushed' || effect.kind === 'unflushable') continue;
    const half = effects[index + 1];
    if (effect.kind === 'made') {
      parts.push(effect);
    } else if (half?.kind === 'named' && half.half && effect.kind === 'named') {
      index += 1;
      const chance = renamed(effect, half, isSure[index - 1] === true, isSure[index] === true);
      parts.push(...('outcomes' in chance ? [chance] : chance));
      if ('outcomes' in chance) chances.push(chance);
    } else if (isSure[index] === true) {
      parts.push(effect);
    } else {
      const chance = { outcomes: outcomesOf(effect) };
      parts.push(chance);
      chances.push(chance);
    }
  }
  return { parts, chances };
}

/** The effects that are there when each chance turns out as chosen. */
export function effectsOf(survivors: Survivors, choice: readonly number[]): readonly Effect[] {
  const effects: Effect[] = [];
  let next = 0;
  for (const part of survivors.parts) {
    if (!('outcomes' in part)) {
      effects.push(part);
      continue;
    }
    effects.push(...(part.outcomes[choice[next] ?? 0] ?? []));
    next += 1;
  }
  return effects;
}

/** Which effects a later flush has made sure. */
function sureOnes(effects: readonly Effect[]): readonly boolean[] {
  const flushed = new Map<number, 'data' | 'all'>();
  const sure: boolean[] = Array.from({ length: effects.length }, () => false);
  for (let index = effects.length - 1; index >= 0; index -= 1) {
    const effect = effects[index];
    if (effect === undefined || effect.kind === 'made') continue;
    if (effect.kind === 'unflushable') {
      flushed.delete(effect.inode);
      continue;
    }
    if (effect.kind === 'flushed') {
      if (flushed.get(effect.inode) !== 'all') flushed.set(effect.inode, effect.what);
      continue;
    }
    const what = flushed.get(effect.kind === 'named' ? effect.folder : effect.inode);
    sure[index] = what === 'all' || (what === 'data' && effect.kind !== 'dated');
  }
  return sure;
}

function renamed(to: Effect, from: Effect, isToSure: boolean, isFromSure: boolean): Chance | readonly Effect[] {
  if (isFromSure) return [to, from];
  const outcomes = [[to, from], [to]];
  return { outcomes: isToSure ? outcomes : [...outcomes, []] };
}

function outcomesOf(effect: Exclude<Effect, { kind: 'made' | 'flushed' | 'unflushable' }>): Chance['outcomes'] {
  if (effect.kind !== 'written' || effect.bytes.length < 2) return [[effect], []];
  const half = effect.bytes.slice(0, Math.ceil(effect.bytes.length / 2));
  const torn = { ...effect, bytes: half };
  const zeros = { ...effect, bytes: new Uint8Array(effect.bytes.length) };
  const tornAndZeros = new Uint8Array(effect.bytes.length);
  tornAndZeros.set(half);
  const zerosAndEnd = effect.bytes.slice();
  zerosAndEnd.fill(0, 0, half.length);
  return [[effect], [], [torn], [zeros], [{ ...effect, bytes: tornAndZeros }], [{ ...effect, bytes: zerosAndEnd }]];
}

/** How far to go where there are more combinations than anybody can try. */
export interface Reach {
  /** Up to so many combinations all are tried. */
  readonly exhaustUpTo: number;
  /** Beyond that, so many are drawn, besides the regular ones. */
  readonly draws: number;
  /** One in so many of the regular ones is tried; drawn with the same dice. */
  readonly oneIn: number;
}

/**
 * The combinations to try: all, where they are few; otherwise everything there, nothing there, each single thing amiss,
 * each single thing there, each beginning of the run (what a journaling file system leaves), and random ones.
 */
export function* choicesOf(survivors: Survivors, reach: Reach, random: () => number): Iterable<readonly number[]> {
  const sizes = survivors.chances.map(({ outcomes }) => outcomes.length);
  const combinations = sizes.reduce((product, size) => Math.min(product * size, Number.MAX_SAFE_INTEGER), 1);
  if (combinations <= reach.exhaustUpTo) {
    yield* everyChoice(sizes);
    return;
  }
  for (const choice of regularChoices(sizes)) if (random() * reach.oneIn < 1) yield choice;
  for (let draw = 0; draw < reach.draws; draw += 1) {
    const bias = random();
    yield sizes.map((size) => (random() < bias ? 0 : Math.floor(random() * size)));
  }
}

function* everyChoice(sizes: readonly number[]): Iterable<readonly number[]> {
  const choice = sizes.map(() => 0);
  for (;;) {
    yield [...choice];
    let place = 0;
    while (place < sizes.length && (choice[place] ?? 0) + 1 === sizes[place]) {
      choice[place] = 0;
      place += 1;
    }
    if (place === sizes.length) return;
    choice[place] = (choice[place] ?? 0) + 1;
  }
}

/** Outcome 1 of a write or a name is that it is missing; of a rename, the last. */
function* regularChoices(sizes: readonly number[]): Iterable<readonly number[]> {
  const missing: readonly number[] = sizes.map((size) => (size === 3 ? 2 : 1));
  const there: readonly number[] = sizes.map(() => 0);
  yield there;
  yield missing;
  for (const [place, size] of sizes.entries()) {
    for (let outcome = 0; outcome < size; outcome += 1) {
      if (outcome !== 0) yield there.with(place, outcome);
      if (outcome !== missing[place]) yield missing.with(place, outcome);
    }
    yield [...there.slice(0, place), ...missing.slice(place)];
  }
}
