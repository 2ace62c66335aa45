/**
 * What a valid value of each field is. Each check answers null, or how a sentence about the field goes on:
 * "must not be blank" after "The title". The schema at the border asks these and nothing else, so that the library,
 * the command line, a file edited by hand and an imported line all hear the same.
 */

const NAME_MAX_BYTES = 128;
const TEXT_MAX_BYTES = 1024 * 1024;
/** Leaves room for what the rules put before it in `statusReason`. */
const REASON_MAX_BYTES = 64 * 1024;
const INT32_MAX = 2_147_483_647;
const INT32_MIN = -INT32_MAX - 1;
const YEAR_SECONDS = 31_536_000;

/**
 * What nearly every name is: printable ASCII, and no space at either end. The expressions below that know all of Unicode
 * stand where they are needed, for to make one of them takes a command that has just begun longer than all its checks.
 */
const PLAIN_NAME = /^[!-~](?:[ -~]*[!-~])?$/;
const PLAIN_LETTER = /[!-~]/;
/** No character takes more bytes for each of its units. */
const MOST_BYTES_A_UNIT = 3;

export function checkId(id: string): string | null {
  if (isPlainName(id)) return null;
  const isCutOff = /^[\s\p{White_Space}]|[\s\p{White_Space}]$/u.test(id);
  return checkName(id) ?? (isCutOff ? 'must not begin or end with white space' : null);
}

export function checkOwner(owner: string): string | null {
  return checkName(owner);
}

export function checkLabel(label: string): string | null {
  return checkName(label);
}

export function checkPhase(phase: string): string | null {
  return checkName(phase);
}

export function checkTitle(title: string): string | null {
  return isBlank(title) ? 'must not be blank' : checkText(title);
}

/** Any text of up to 1 MiB: body, and a reason as it stands in the card. */
export function checkText(text: string): string | null {
  return checkStorable(text) ?? checkLength(text, TEXT_MAX_BYTES);
}

/** A reason as it is handed in with `fail`, `block` or `create`. */
export function checkReason(reason: string): string | null {
  return checkStorable(reason) ?? checkLength(reason, REASON_MAX_BYTES);
}

export function checkPriority(priority: number): string | null {
  return checkInteger(priority, INT32_MIN, INT32_MAX);
}

/** A TTL as it is asked for: up to a year. */
export function checkTtlSeconds(ttlSeconds: number): string | null {
  return checkInteger(ttlSeconds, 1, YEAR_SECONDS);
}

/** `claimTtlSeconds` as it stands in a card: renewing lengthens it beyond what can be asked for at once. */
export function checkClaimTtlSeconds(claimTtlSeconds: number): string | null {
  return checkInteger(claimTtlSeconds, 1, INT32_MAX);
}

export function checkRetryAfterSeconds(retryAfterSeconds: number): string | null {
  return checkInteger(retryAfterSeconds, 0, YEAR_SECONDS);
}

function checkName(name: string): string | null {
  if (isPlainName(name)) return null;
  // Controls (C0 and C1), lone surrogates, line and paragraph separators, and marks that turn the writing direction.
  const found = /[\p{Cc}\p{Cs}\u2028\u2029\p{Bidi_Control}]/u.exec(name);
  if (found !== null) return `must be printable, but holds ${codePointName(found[0])}`;
  return isBlank(name) ? 'must not be blank' : checkLength(name, NAME_MAX_BYTES);
}

function isPlainName(name: string): boolean {
  return name.length <= NAME_MAX_BYTES && PLAIN_NAME.test(name);
}

/** Nothing but white space and characters that show nothing. */
function isBlank(text: string): boolean {
  return !PLAIN_LETTER.test(text) && /^[\p{White_Space}\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u.test(text);
}

/** What no store can keep: Postgres has no NUL in a text, and UTF-8 has no lone surrogates. */
function checkStorable(text: string): string | null {
  if (text.isWellFormed() && !text.includes('\0')) return null;
  const found = /[\0\p{Cs}]/u.exec(text);
  return found === null ? null : `must not hold ${codePointName(found[0])}`;
}

function checkLength(text: string, maxBytes: number): string | null {
  if (text.length * MOST_BYTES_A_UNIT <= maxBytes) return null;
  const bytes = utf8Length(text);
  return bytes <= maxBytes ? null : `must be at most ${maxBytes} bytes long, but is ${bytes}`;
}

function checkInteger(value: number, min: number, max: number): string | null {
  if (Number.isInteger(value) && value >= min && value <= max) return null;
  return `must be a whole number from ${min} to ${max}, but is ${value}`;
}

function codePointName(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `U+${hex.padStart(4, '0')}`;
}

/** How many bytes the text takes in UTF-8. A lone surrogate counts as three, like the mark that replaces it. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index++;
    } else bytes += 3;
  }
  return bytes;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** False for the `NaN` that stands past the end of a text. */
function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
