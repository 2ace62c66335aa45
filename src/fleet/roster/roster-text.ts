/** The text of a roster, or of a preset for one: read from its file, and refused with the lines that are wrong. */
import { readFileSync, statSync } from 'node:fs';
import { diskError } from '../../disk/file-error.ts';
import { systemErrorCode } from '../../disk/filesystem.ts';
import { MosaicError } from '../../errors.ts';
import { parseRoster, type RosterLayout, type RosterProblem } from './parse-roster.ts';
import type { Roster } from './roster.ts';

const MAX_BYTES = 1024 * 1024;
const MOST_TOLD = 20;

/** A text that has been understood. */
export interface RosterText {
  readonly text: string;
  readonly roster: Roster;
  readonly layout: RosterLayout | null;
}

type Kind = 'roster' | 'preset';

/** Null when there is none. @throws MosaicError ROSTER_INVALID, DISK_… */
export function readRosterText(file: string, kind: Kind): string | null {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw unreadable(file, kind, `it has ${size} bytes, and a roster has at most ${MAX_BYTES}`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    if (error instanceof TypeError) throw unreadable(file, kind, 'it is not text in UTF-8');
    throw diskError(error, file, 'read') ?? error;
  }
}

/**
 * @param userHome what `~` means in a path
 * @throws MosaicError ROSTER_INVALID
 */
export function parsedRoster(text: string, file: string, kind: Kind, userHome: string): RosterText {
  const read = parseRoster(text, userHome);
  if (read.kind === 'invalid') throw rosterInvalid(file, kind, read.problems);
  return { text, roster: read.roster, layout: read.layout };
}

const AFTER_CORRECTION: Readonly<Record<Kind, string>> = {
  roster: 'then look at it with: mosaic fleet verify',
  preset: 'then run the same command again.',
};

function rosterInvalid(file: string, kind: Kind, problems: readonly RosterProblem[]): MosaicError {
  const told = problems.slice(0, MOST_TOLD).map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const rest = problems.length - told.length;
  return new MosaicError({
    code: 'ROSTER_INVALID',
    message: [`The ${kind} cannot be used.`, ...told, ...(rest > 0 ? [`… and ${rest} more.`] : [])].join('\n'),
    hint: `Correct the file, ${AFTER_CORRECTION[kind]}`,
  });
}

function unreadable(file: string, kind: Kind, reason: string): MosaicError {
  return new MosaicError({
    code: 'ROSTER_INVALID',
    message: `The ${kind} ${file} cannot be used: ${reason}.`,
    hint: 'Look whether it is the file you mean, and move it away if it is not.',
  });
}
