/**
 * Text from cards on its way to a terminal. A title may hold an escape sequence that clears the screen or a mark that
 * turns the writing around: such characters are shown by name (`\x1b`), never sent.
 */

const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What JSON leaves as it is, and a terminal or a reader of lines does not. */
const RAW_IN_JSON = /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** For one line: line breaks are shown by name too. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, byName);
}

/** For a text of several lines: line breaks stay, a tab becomes spaces. */
export function printableLines(text: string): readonly string[] {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => printable(line.replaceAll('\t', '    ')));
}

/** The same JSON value, with nothing in its text that a terminal would act on. */
export function printableJson(text: string): string {
  return text.replace(RAW_IN_JSON, (character) => `\\u${hex(character).padStart(4, '0')}`);
}

function byName(character: string): string {
  if (character === '\u200d') return character;
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = hex(character);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16);
}
