/** What wakes somebody who waits. A notice is a hint and nothing more: whoever was woken looks for himself. */
export interface Notice {
  /**
   * Resolves at the next event, or after `atMostMs`, or when `signal` aborts. An event since the last wait counts.
   *
   * @returns whether there was an event
   */
  next(atMostMs: number, signal?: AbortSignal): Promise<boolean>;
  close(): void;
}

/** A notice whose events are told to it. */
export class Bell implements Notice {
  #pending = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#pending = true;
    this.#wake?.();
  }

  next(atMostMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#pending || signal?.aborted === true) {
      const noticed = this.#pending;
      this.#pending = false;
      return Promise.resolve(noticed);
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#wake = null;
        resolve(this.#pending);
        this.#pending = false;
      };
      const timer = setTimeout(finish, atMostMs);
      signal?.addEventListener('abort', finish, { once: true });
      this.#wake = finish;
    });
  }

  close(): void {
    this.#wake?.();
  }
}
