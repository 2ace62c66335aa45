/**
 * Nobody waits for a reader: a card may be on its way to the archive, or back, at the one place while the reader asks
 * at the other. Whoever moves it puts it at both places before it leaves either.
 */
import type { Card } from '../../../card/card.ts';
import type { FileSystem } from '../../../disk/filesystem.ts';
import type { Summary } from '../card-index/summary.ts';
import { readCardFile } from '../form/card-file.ts';
import type { Place, StorePaths } from '../form/layout.ts';

/** One move at a time escapes the first look only; so many would have to follow one another look by look. */
const LOOKS = 5;

export interface MovedCard {
  readonly card: Card;
  readonly place: Place;
}

/** A card that was not found where it was known to be; null when it is nowhere, so somebody has taken it away. */
export function findMoved(files: FileSystem, paths: StorePaths, known: Summary, nowMs: number): MovedCard | null {
  for (let look = 0; look < LOOKS; look += 1) {
    for (const place of ['archive', 'cards'] as const) {
      const file = readCardFile(files, paths[place], known.fileName, nowMs);
      if (file.kind === 'card' && file.card.id === known.id) return { card: file.card, place };
    }
  }
  return null;
}
