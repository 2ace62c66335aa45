/**
 * A message to an agent, and the traces it leaves on a screen. Pure.
 *
 * A screen folds lines, indents them and draws boxes around them, so a message is looked for by its letters, digits and
 * marks alone: its last ones must stand there more often than before. Some programs show `[Pasted text #1 +3 lines]` in
 * place of a long text; such a mark that was not there before is a trace of it too.
 */

export type MessageCheck =
  { readonly kind: 'message'; readonly text: string } | { readonly kind: 'refused'; readonly reason: string };

export const MOST_CHARACTERS = 1_000_000;

/** What a terminal would act on; a tab and a line feed are text. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Line breaks at its end are no part of a message: Enter comes after it. */
export function checkMessage(given: string): MessageCheck {
  const text = given.replaceAll('\r\n', '\n').replace(/\n+$/, '');
  if (text.trim() === '') return { kind: 'refused', reason: 'The message is empty' };
  if (text.length > MOST_CHARACTERS) {
    return {
      kind: 'refused',
      reason: `The message has ${text.length} characters, and ${MOST_CHARACTERS} are the most`,
    };
  }
  const control = CONTROL.exec(text)?.[0];
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).padStart(2, '0');
    return {
      kind: 'refused',
      reason: `The message holds the control character \\x${code}, which is a key and no text`,
    };
  }
  return text.isWellFormed() ? { kind: 'message', text } : { kind: 'refused', reason: 'The message is not Unicode' };
}

/** A line break or a tab would be a key to a program that does not know a paste from typing. */
export function needsBracketedPaste(text: string): boolean {
  return /[\n\t]/.test(text);
}

export interface Traces {
  /** How often the end of the message stands there, anywhere. */
  readonly tails: number;
  /** How many lines end with it. */
  readonly endings: number;
  /** Marks that stand for a text, each with how often it is there. */
  readonly marks: ReadonlyMap<string, number>;
}

const TAIL_CHARACTERS = 60;
const MARK = /\[[^[\]]{0,30}pasted[^[\]]{0,60}\]/gi;

export function tracesOf(text: string, lines: readonly string[]): Traces {
  const essence = essenceOn(text);
  const tail = essence(text)
    .slice(-TAIL_CHARACTERS)
    .replace(/^[\udc00-\udfff]/, '');
  const shown = lines.map(essence);
  const marks = new Map<string, number>();
  for (const [mark] of shown.join('').matchAll(MARK)) marks.set(mark, (marks.get(mark) ?? 0) + 1);
  return {
    tails: occurrences(shown.join(''), tail),
    // A short text may take the place of a hint that held it too, so that the number of tails stays the same.
    endings: shown.filter((line) => line.endsWith(tail)).length,
    marks,
  };
}

export function hasArrived(before: Traces, after: Traces): boolean {
  if (after.tails > before.tails || after.endings > before.endings) return true;
  return [...after.marks].some(([mark, count]) => count > (before.marks.get(mark) ?? 0));
}

/** What is left when blanks, boxes, accents and pictures are gone; of a text that is nothing else, all but its blanks. */
function essenceOn(text: string): (line: string) => string {
  const strict = (line: string): string =>
    line.normalize('NFD').replaceAll(/[^\p{L}\p{N}\p{P}\p{Sm}\p{Sc}\p{Sk}]/gu, '');
  return strict(text) === '' ? (line) => line.replaceAll(/\s/gu, '') : strict;
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) count += 1;
  return count;
}
