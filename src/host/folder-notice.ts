/**
 * Wakes somebody who waits for a folder to change. An event is a hint and nothing more: queues overflow, network
 * mounts have none, watches run out. So every wait also ends by itself, and the waiter looks for itself each time.
 */
import { type FSWatcher, watch } from 'node:fs';

export interface FolderNotice {
  /**
   * Resolves at the next event, or after `atMostMs`, or when `signal` aborts. An event since the last wait counts.
   *
   * @returns whether there was an event
   */
  next(atMostMs: number, signal?: AbortSignal): Promise<boolean>;
  close(): void;
}

/** Without events a waiter looks this often. */
const BLIND_POLL_MS = 100;

/** @param folder must exist */
export function noticeFolder(folder: string): FolderNotice {
  let pending = false;
  let wake: (() => void) | null = null;
  const notify = (): void => {
    pending = true;
    wake?.();
  };
  const watcher = openWatcher(folder, notify);

  return {
    next(atMostMs, signal) {
      if (pending || signal?.aborted === true) {
        const noticed = pending;
        pending = false;
        return Promise.resolve(noticed);
      }
      const limitMs = watcher() ? atMostMs : Math.min(atMostMs, BLIND_POLL_MS);
      return new Promise((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', finish);
          wake = null;
          resolve(pending);
          pending = false;
        };
        const timer = setTimeout(finish, limitMs);
        signal?.addEventListener('abort', finish, { once: true });
        wake = finish;
      });
    },
    close() {
      watcher.close();
      wake?.();
    },
  };
}

interface Watching {
  /** Whether events can still be expected. */
  (): boolean;
  close(): void;
}

function openWatcher(folder: string, notify: () => void): Watching {
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, { persistent: true }, notify);
    watcher.on('error', () => {
      watcher?.close();
      watcher = null;
    });
  } catch {
    // No events to be had here; the waiter polls.
  }
  return Object.assign(() => watcher !== null, {
    close(): void {
      watcher?.close();
      watcher = null;
    },
  });
}
