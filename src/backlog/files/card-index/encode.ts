/**
 * Makes new tables out of a base and what has changed since: copies what is the same in one piece, and writes the rest
 * over it. Slots stay; the claim order is merged; records that changed are appended to the heap, which is packed anew
 * once more than half of it is garbage.
 */
import type { CardTable } from './card-table.ts';
import { hashText } from './fingerprint.ts';
import { addSlot, cellsFor, copyCells } from './hash-cells.ts';
import type { Lanes } from './lanes.ts';
import { NONE, allocate, seal, type Tables } from './encoded/layout.ts';
import { packHeap, type Heap } from './heap.ts';
import { addPosition, type Positions, type PositionSet } from './position-set.ts';
import { MISSING } from './state.ts';

export function encodeTables(cards: CardTable, lanes: Lanes): Tables {
  const from = cards.base.tables;
  const order = mergedOrder(cards);
  const heap = packHeap(cards);
  const edges = countEdgeChanges(cards);
  const keys = newKeys(cards);
  const to = allocate({
    slots: cards.slotCount,
    cards: cards.cardCount,
    open: lanes.openCount,
    edges: from.counts.edges + edges.added,
    idCells: Math.max(cellsFor(cards.slotCount), from.counts.idCells),
    keyCells: Math.max(cellsFor(from.counts.keys + keys.length), from.counts.keyCells),
    heapBytes: heap.bytes,
    keys: from.counts.keys + keys.length,
    deadSlots: from.counts.deadSlots + countRemoved(cards),
    deadEdges: from.counts.deadEdges + edges.removed,
    deadHeapBytes: heap.deadBytes,
    horizonMs: lanes.horizonMs,
  });
  writeColumns(cards, to);
  writeHeap(heap, to);
  writeOrder(cards, order, to);
  writeEdges(cards, to);
  copyCells(from.idCells, to.idCells);
  for (const [slot, { id }] of cards.changed) if (slot >= from.counts.slots) addSlot(to.idCells, hashText(id), slot);
  copyCells(from.keyCells, to.keyCells);
  for (const { slot, hash } of keys) addSlot(to.keyCells, hash, slot);
  const laneTo = { cards, order, to };
  writeLane(lanes.queue.placed, lanes.queue.unsorted(), to.queue, laneTo);
  writeLane(lanes.later.placed, lanes.later.unsorted(), to.later, laneTo);
  writeLane(lanes.claimed.placed, lanes.claimed.unsorted(), to.claimed, laneTo);
  writeLane(lanes.openPlaced, lanes.openStrangers, to.open, laneTo);
  seal(to, to.sums.keys());
  return to;
}

function countRemoved(cards: CardTable): number {
  let removed = 0;
  for (const [slot, { summary }] of cards.changed) {
    if (summary === null && cards.base.stateAt(slot) !== MISSING) removed += 1;
  }
  return removed;
}

/** Keys that the base has no cell for. Cells of keys that are gone stay: whoever finds one reads the card. */
export function newKeys(cards: CardTable): readonly { slot: number; hash: number }[] {
  const keys: { slot: number; hash: number }[] = [];
  for (const [slot, { summary }] of cards.changed) {
    const key = summary?.idempotencyKey ?? null;
    if (key !== null && !cards.base.slotsOfKey(key).includes(slot)) keys.push({ slot, hash: hashText(key) });
  }
  return keys;
}

function writeColumns(cards: CardTable, to: Tables): void {
  const from = cards.base.tables;
  to.createdAtMs.set(from.createdAtMs);
  to.updatedAtMs.set(from.updatedAtMs);
  to.momentMs.set(from.momentMs);
  to.priority.set(from.priority);
  to.unmet.set(from.unmet);
  to.tags.set(from.tags);
  to.fileCrc.set(from.fileCrc);
  to.state.set(from.state);
  to.firstEdge.set(from.firstEdge);
  to.firstEdge.fill(NONE, from.firstEdge.length);
  writeChanged(cards, to);
}

/** What has changed, into columns that are otherwise as they were. */
export function writeChanged(cards: CardTable, to: Tables): void {
  for (const [slot, { summary, state, momentMs, tags }] of cards.changed) {
    if (summary !== null) {
      to.createdAtMs[slot] = summary.createdAtMs;
      to.updatedAtMs[slot] = summary.updatedAtMs;
      to.priority[slot] = summary.priority;
      to.fileCrc[slot] = summary.fileCrc;
    }
    to.momentMs[slot] = momentMs;
    to.tags[slot] = tags;
    to.state[slot] = state;
  }
  for (const [slot, unmet] of cards.changedUnmet) to.unmet[slot] = unmet;
}

function writeHeap(heap: Heap, to: Tables): void {
  for (const { bytes, offset } of heap.pieces) to.heap.set(bytes, offset);
  to.heapOffset.set(heap.offsets);
  to.heapLength.set(heap.lengths);
}

interface MergedOrder {
  /** No card came, left or moved. */
  readonly isTheSame: boolean;
  readonly strangers: readonly number[];
  /** Positions of the base whose card is gone or stands elsewhere, ascending. */
  readonly departed: readonly number[];
}

function mergedOrder(cards: CardTable): MergedOrder {
  const strangers = cards.strangers();
  const departed: number[] = [];
  for (const [slot, { summary }] of cards.changed) {
    const position = cards.base.positionAt(slot);
    if (position !== NONE && (summary === null || cards.moved.has(slot))) departed.push(position);
  }
  departed.sort((a, b) => a - b);
  return { isTheSame: strangers.length === 0 && departed.length === 0, strangers, departed };
}

function writeOrder(cards: CardTable, { isTheSame, strangers, departed }: MergedOrder, to: Tables): void {
  const from = cards.base.tables;
  to.position.set(from.position);
  to.position.fill(NONE, from.position.length);
  if (isTheSame) {
    to.order.set(from.order);
    return;
  }
  let read = 0;
  let written = 0;
  let firstChange = NONE;
  const copyUntil = (end: number): void => {
    to.order.set(from.order.subarray(read, end), written);
    written += end - read;
    read = end;
    if (firstChange === NONE) firstChange = written;
  };
  let next = 0;
  const copyWithout = (end: number): void => {
    for (let gone = departed[next]; gone !== undefined && gone < end; gone = departed[next]) {
      copyUntil(gone);
      to.position[from.order[gone] ?? NONE] = NONE;
      read += 1;
      next += 1;
    }
    copyUntil(end);
  };
  for (const stranger of strangers) {
    copyWithout(cards.placeOf(stranger));
    to.order[written] = stranger;
    written += 1;
  }
  copyWithout(from.order.length);
  for (let position = firstChange; position < written; position += 1)
    to.position[to.order[position] ?? NONE] = position;
}

function countEdgeChanges(cards: CardTable): { added: number; removed: number } {
  const counts = { added: 0, removed: 0 };
  for (const changes of cards.changedEdges.values()) for (const change of changes.values()) counts[change] += 1;
  return counts;
}

function writeEdges(cards: CardTable, to: Tables): void {
  to.edges.set(cards.base.tables.edges);
  let end = cards.base.tables.counts.edges;
  for (const [dependency, changes] of cards.changedEdges) {
    for (const [dependent, change] of changes) {
      if (change === 'removed') {
        unlinkEdge(to, dependency, dependent);
        continue;
      }
      to.edges[end * 2] = dependent;
      to.edges[end * 2 + 1] = to.firstEdge[dependency] ?? NONE;
      to.firstEdge[dependency] = end;
      end += 1;
    }
  }
}

function unlinkEdge({ edges, firstEdge }: Tables, dependency: number, dependent: number): void {
  let before = NONE;
  let edge = firstEdge[dependency] ?? NONE;
  while (edge !== NONE && edges[edge * 2] !== dependent) {
    before = edge;
    edge = edges[edge * 2 + 1] ?? NONE;
  }
  if (edge === NONE) return;
  const after = edges[edge * 2 + 1] ?? NONE;
  if (before === NONE) firstEdge[dependency] = after;
  else edges[before * 2 + 1] = after;
}

function writeLane(
  placed: PositionSet,
  strangers: Iterable<number>,
  lane: Positions,
  { cards, order, to }: { cards: CardTable; order: MergedOrder; to: Tables },
): void {
  if (order.isTheSame) {
    placed.copyTo(lane);
    return;
  }
  const base = cards.base.tables;
  for (let position = placed.next(0); position >= 0; position = placed.next(position + 1)) {
    addPosition(lane, to.position[base.order[position] ?? NONE] ?? NONE);
  }
  for (const slot of strangers) addPosition(lane, to.position[slot] ?? NONE);
}
