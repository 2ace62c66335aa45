/**
 * A template: a file of the framework, with places {{like-this}} that the program fills in. Lines of comment stay as they
 * are, whatever stands in them. Every place that the program knows has to be there, so that none is lost by a slip.
 */
import { readFileSync, statSync } from 'node:fs';
import { diskError } from '../../disk/file-error.ts';
import { MosaicError } from '../../errors.ts';
import { neededFrameworkFile } from './framework-files.ts';

const MAX_BYTES = 1024 * 1024;
const PLACE = /\{\{(.*?)\}\}/g;

export interface Template {
  readonly file: string;
  readonly text: string;
}

/** What goes to each place, by its name. A line with a place for a list is written once for each of its texts. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

/**
 * @param path from MOSAIC_HOME
 * @throws MosaicError TEMPLATE_INVALID, INTERNAL, DISK_…
 */
export function readTemplate(mosaicHome: string, path: string): Template {
  const file = neededFrameworkFile(mosaicHome, path);
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw invalid(file, `it has ${size} bytes, and a template has at most ${MAX_BYTES}`);
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    if (error instanceof TypeError) throw invalid(file, 'it is not text in UTF-8');
    throw diskError(error, file, 'read') ?? error;
  }
}

/** @throws MosaicError TEMPLATE_INVALID */
export function filledIn({ file, text }: Template, values: Values): string {
  const known = Object.keys(values);
  const lines = text.split('\n');
  const places = lines.flatMap((line, index) => placesIn(line).map((name) => ({ name, line: index + 1 })));
  const problems = [
    ...places
      .filter(({ name }) => !known.includes(name))
      .map(({ name, line }) => `its line ${line} has {{${name}}}, which nothing is known of`),
    ...known.filter((name) => places.every((one) => one.name !== name)).map((name) => `{{${name}}} is missing from it`),
  ];
  if (problems.length > 0) throw invalid(file, problems.join('; '));
  return lines.flatMap((line) => filledLines(line, values)).join('\n');
}

/** Whether it is one for systemd, too. */
export function isComment(line: string): boolean {
  return /^\s*[#;]/.test(line);
}

function placesIn(line: string): readonly string[] {
  return isComment(line) ? [] : [...line.matchAll(PLACE)].map(([, name = '']) => name);
}

function filledLines(line: string, values: Values): readonly string[] {
  const list = placesIn(line).find((name) => typeof values[name] === 'object');
  if (list === undefined) return [filledLine(line, values)];
  return [values[list] ?? []].flat().map((text) => filledLine(line, { ...values, [list]: text }));
}

/** In one go: what is filled in may look like a place itself. */
function filledLine(line: string, values: Values): string {
  if (isComment(line)) return line;
  return line.replaceAll(PLACE, (_, name: string) => [values[name] ?? []].flat().join(' '));
}

function invalid(file: string, reason: string): MosaicError {
  return new MosaicError({
    code: 'TEMPLATE_INVALID',
    message: `The template ${file} cannot be used: ${reason}.`,
    hint: 'Correct it, or move it away: then the one that comes with the program is used.',
  });
}
