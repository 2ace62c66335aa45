/**
 * Real time between calls that changed nothing: one that ended before another began saw no later state than that one.
 * Fed in the order in which the calls began.
 */
export class RealTimeOrder {
  /** A heap of calls that may still be under way, the first to end on top. */
  readonly #open: { readonly endUs: number; readonly state: number }[] = [];
  #floor = Number.NEGATIVE_INFINITY;

  /** The latest state that a call had seen which ended before `startUs`. */
  floorAt(startUs: number): number {
    for (let top = this.#open[0]; top !== undefined && top.endUs < startUs; top = this.#open[0]) {
      this.#floor = Math.max(this.#floor, top.state);
      this.#pop();
    }
    return this.#floor;
  }

  saw(state: number, endUs: number): void {
    if (endUs === Number.POSITIVE_INFINITY) return;
    const heap = this.#open;
    let index = heap.push({ endUs, state }) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (this.#endOf(parent) <= this.#endOf(index)) break;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#open;
    this.#swap(0, heap.length - 1);
    heap.pop();
    for (let index = 0; ;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = this.#endOf(right) < this.#endOf(left) ? right : left;
      if (this.#endOf(index) <= this.#endOf(child)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #endOf(index: number): number {
    return this.#open[index]?.endUs ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const heap = this.#open;
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  }
}
