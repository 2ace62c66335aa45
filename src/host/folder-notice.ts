/**
 * Wakes somebody who waits for a folder to change. An event is a hint and nothing more: queues overflow, network
 * mounts have none, watches run out. So every wait also ends by itself, and the waiter looks for itself each time.
 */
import { type FSWatcher, watch } from 'node:fs';
import { Bell, type Notice } from './notice.ts';

/** Without events a waiter looks this often. */
const BLIND_POLL_MS = 100;

/** @param folder must exist */
export function noticeFolder(folder: string): Notice {
  const bell = new Bell();
  const watcher = openWatcher(folder, () => bell.ring());
  return {
    next: (atMostMs, signal) => bell.next(watcher() ? atMostMs : Math.min(atMostMs, BLIND_POLL_MS), signal),
    close() {
      watcher.close();
      bell.close();
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
