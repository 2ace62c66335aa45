/** Did you mean: the known words closest to a mistyped one. */

/**
 * How many letters must be added, taken away, replaced or swapped with their neighbour to turn `a` into `b`
 * (Damerau-Levenshtein, each place changed once).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + differs);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

const MOST = 3;

/** At most three, closest first; none when nothing is close enough to be meant. */
export function closest(word: string, known: Iterable<string>): readonly string[] {
  const typed = word.toLowerCase().slice(0, 64);
  const limit = typed.length <= 3 ? 1 : Math.floor(typed.length / 3) + (typed.length <= 5 ? 1 : 0);
  return [...new Set(known)]
    .map((candidate) => ({ candidate, distance: distanceTo(typed, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ candidate }) => candidate);
}

/** A word that was only begun is nearly right. */
function distanceTo(typed: string, candidate: string): number {
  if (typed.length >= 3 && candidate.startsWith(typed)) return 1;
  return editDistance(typed, candidate);
}
