/** JSON Lines as they come from a file, a pipe or a caller. */
import { MosaicError } from '../../errors.ts';
import type { Lines } from '../backlog.ts';

export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/** All lines that are not blank, with the numbers an editor would show. */
export async function readLines(lines: Lines): Promise<readonly NumberedLine[]> {
  const numbered: NumberedLine[] = [];
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (typeof text !== 'string') {
      throw new MosaicError({
        code: 'INVALID_INPUT',
        message: `The lines cannot be read: entry ${line} of lines is not a text. Nothing was changed.`,
      });
    }
    // A byte order mark at the very beginning is how some editors save.
    const clean = line === 1 ? text.replace(/^\uFEFF/, '') : text;
    if (clean.trim() !== '') numbered.push({ line, text: clean });
  }
  return numbered;
}

/** The first few of many problems, each on a line of its own. */
export function listProblems(problems: readonly string[]): string {
  const shown = problems.slice(0, 20).join('\n');
  return problems.length > 20 ? `${shown}\n… and ${problems.length - 20} more` : shown;
}
