/** What somebody else's error says, fit to be repeated: without the password, in whatever form it is in there. */

const HIDDEN = '***';
/** So short a password is in many a word by chance, and a gap in the word would tell it. */
const SHORT = 6;

function withoutPassword(text: string, password: string | undefined): string {
  if (password === undefined || password === '') return text;
  const forms = [password, encodeURIComponent(password)].map((form) => {
    const pattern = form.replaceAll(/[^\w]/g, String.raw`\$&`);
    return form.length < SHORT ? String.raw`(?<!\w)${pattern}(?!\w)` : pattern;
  });
  return text.replaceAll(new RegExp(forms.join('|'), 'gi'), HIDDEN);
}

/** As the end of a sentence, without its full stop. */
export function wordsOf(error: unknown, password: string | undefined): string {
  return withoutPassword(plainWords(error), password).trim().replace(/\.$/, '');
}

/** For the search of what went wrong; of the original only what cannot hold a password is kept as it is. */
export function quotedCause(error: unknown, password: string | undefined): Error {
  const quoted = new Error(withoutPassword(plainWords(error), password));
  if (!(error instanceof Error)) return quoted;
  if (error.stack !== undefined) quoted.stack = withoutPassword(error.stack, password);
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: quotedCause(error.cause, password) };
  return Object.assign(quoted, code, cause);
}

function plainWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, each has failed in a way of its own.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(plainWords))].join('; ');
  const detail = 'detail' in error && typeof error.detail === 'string' ? ` (${error.detail})` : '';
  return `${error.message}${detail}`;
}
