/**
 * Cycles among dependencies: cards that wait for each other and would never become claimable.
 * No recursion, because a chain of dependencies may be longer than the stack is deep; every card is visited once.
 * A cycle is written with its first id again at the end: `[a, b, a]` says that a depends on b and b on a.
 */

/** The ids a card depends on; an empty list for an id that is not known. */
export type Dependencies = (id: string) => readonly string[];

/**
 * Would a new edge `from` → `to` close a cycle? The shortest one as `[from, to, ..., from]`, else null.
 * `dependsOn` may, but need not, know the new edge already.
 */
export function findCycle(from: string, to: string, dependsOn: Dependencies): readonly string[] | null {
  return shortestWayBack(from, [to], dependsOn);
}

/** The shortest cycle through this card as `[id, ..., id]`, over all its edges at once, else null. */
export function findCycleThrough(id: string, dependsOn: Dependencies): readonly string[] | null {
  return shortestWayBack(id, dependsOn(id), dependsOn);
}

/** Breadth first from the start's edges until one leads back to it. */
function shortestWayBack(
  start: string,
  firstSteps: readonly string[],
  dependsOn: Dependencies,
): readonly string[] | null {
  if (firstSteps.includes(start)) return [start, start];
  const cameFrom = new Map<string, string>(firstSteps.map((id) => [id, start]));
  // A map can be walked while it grows: it is its own queue, and no id enters it twice.
  for (const id of cameFrom.keys()) {
    for (const next of dependsOn(id)) {
      if (next === start) return [...pathTo(id, start, cameFrom), start];
      if (!cameFrom.has(next)) cameFrom.set(next, id);
    }
  }
  return null;
}

function pathTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end];
  for (let id = end; id !== start;) {
    id = cameFrom.get(id) ?? start;
    path.push(id);
  }
  return path.reverse();
}

/**
 * For import and doctor: one cycle for each group of cards that all wait for each other. It begins with the card of
 * the group that was met first, and is the shortest through that card.
 */
export function findCyclesIn(ids: Iterable<string>, dependsOn: Dependencies): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  for (const [first, members] of findKnots(ids, dependsOn)) {
    const inside = (id: string): readonly string[] => dependsOn(id).filter((next) => members.has(next));
    const cycle = findCycleThrough(first, inside);
    if (cycle !== null) cycles.push(cycle);
  }
  return cycles;
}

interface Visit {
  readonly id: string;
  readonly place: number;
  readonly edges: readonly string[];
  nextEdge: number;
  /** The earliest place on the way here that this card leads back to. */
  lowest: number;
}

/**
 * Tarjan's strongly connected components: each with the member that was met first. Cards that stand alone are
 * components too, and are left to the caller.
 */
function* findKnots(ids: Iterable<string>, dependsOn: Dependencies): Iterable<readonly [string, ReadonlySet<string>]> {
  const placeOf = new Map<string, number>();
  const undecided: string[] = [];
  const isUndecided = new Set<string>();
  const way: Visit[] = [];

  const enter = (id: string): void => {
    const place = placeOf.size;
    placeOf.set(id, place);
    undecided.push(id);
    isUndecided.add(id);
    way.push({ id, place, edges: dependsOn(id), nextEdge: 0, lowest: place });
  };

  for (const id of ids) {
    if (!placeOf.has(id)) enter(id);
    for (let visit = way.at(-1); visit !== undefined; visit = way.at(-1)) {
      const next = visit.edges[visit.nextEdge++];
      if (next !== undefined) {
        const place = placeOf.get(next);
        if (place === undefined) enter(next);
        else if (isUndecided.has(next)) visit.lowest = Math.min(visit.lowest, place);
        continue;
      }
      way.pop();
      const before = way.at(-1);
      if (before !== undefined) before.lowest = Math.min(before.lowest, visit.lowest);
      if (visit.lowest !== visit.place) continue;

      const members = new Set(undecided.splice(undecided.lastIndexOf(visit.id)));
      for (const member of members) isUndecided.delete(member);
      yield [visit.id, members];
    }
  }
}
