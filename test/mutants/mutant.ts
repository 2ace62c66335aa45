/** A deliberate bug: what it breaks, the change of the source that makes it, and which tests must not let it pass. */

export interface Mutant {
  /** Its name on the command line and in the table. */
  readonly name: string;
  /** What the program no longer does, in one sentence. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** Files or folders of tests, the quickest first; the first of them that fails has caught it. */
  readonly tests: readonly string[];
}

/** Replaces a text that stands exactly once in a file. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** @throws Error when the text is not there, or more than once: then the mutant has to follow the source */
export function mutated(source: string, { file, from, to }: Edit): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}
