/**
 * A hash table over slots in a typed array: pairs of a hash and a slot plus one, 0 for a free cell; linear probing.
 * Cells are only ever added. A cell may have outlived its meaning, so the caller's `accept` has the last word.
 */

/**
 * The first slot of this hash that `accept` takes, or -1.
 *
 * @param need is told the place in `cells` of each pair before it is looked at
 */
export function findSlot(
  cells: Uint32Array,
  hash: number,
  need: (at: number) => void,
  accept: (slot: number) => boolean,
): number {
  const mask = cells.length / 2 - 1;
  if (mask < 0) return -1;
  for (let cell = hash & mask; ; cell = (cell + 1) & mask) {
    need(cell * 2);
    const slot = (cells[cell * 2 + 1] ?? 0) - 1;
    if (slot < 0) return -1;
    if (cells[cell * 2] === hash && accept(slot)) return slot;
  }
}

/** The table must have room. */
export function addSlot(cells: Uint32Array, hash: number, slot: number): void {
  const mask = cells.length / 2 - 1;
  let cell = hash & mask;
  while (cells[cell * 2 + 1] !== 0) cell = (cell + 1) & mask;
  cells[cell * 2] = hash;
  cells[cell * 2 + 1] = slot + 1;
}

/** How many cells hold that many entries at most four fifths full: a power of two, 0 for none. */
export function cellsFor(entries: number): number {
  if (entries === 0) return 0;
  let cells = 8;
  while (cells * 0.8 < entries) cells *= 2;
  return cells;
}

/** Fills `to`, still empty, with everything in `from`. */
export function copyCells(from: Uint32Array, to: Uint32Array): void {
  if (from.length === to.length) {
    to.set(from);
    return;
  }
  for (let i = 0; i < from.length; i += 2) {
    const slot = (from[i + 1] ?? 0) - 1;
    if (slot >= 0) addSlot(to, from[i] ?? 0, slot);
  }
}
