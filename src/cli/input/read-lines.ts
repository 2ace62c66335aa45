/**
 * Lines of a file or of standard input, for `import` and `batch`. Only a line feed ends a line: JSON may hold every
 * other character that elsewhere counts as a line break.
 */
import { createReadStream } from 'node:fs';
import { MosaicError } from '../../errors.ts';
import { diskError } from '../../disk/file-error.ts';

/** Far above what the largest card takes, however it is written. */
const MAX_LINE_CHARACTERS = 64 * 1024 * 1024;

/** `file` is a path, or `-` for `stdin`. Lines come without their line feed, and without a carriage return before it. */
export async function* readLines(file: string, stdin: NodeJS.ReadableStream): AsyncIterable<string> {
  const stream: AsyncIterable<string | Buffer> = file === '-' ? stdin : createReadStream(file);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let lineNumber = 1;
  try {
    for await (const chunk of stream) {
      const [first = '', ...others] = decoder.decode(bytesOf(chunk), { stream: true }).split('\n');
      rest += first;
      for (const next of others) {
        yield withoutReturn(rest);
        lineNumber += 1;
        rest = next;
      }
      if (rest.length > MAX_LINE_CHARACTERS) throw tooLong(file, lineNumber);
    }
    rest += decoder.decode();
  } catch (error) {
    throw readError(error, file, lineNumber);
  }
  if (rest !== '') yield withoutReturn(rest);
}

function bytesOf(chunk: string | Buffer): Uint8Array {
  return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function nameOf(file: string): string {
  return file === '-' ? 'Standard input' : `The file ${file}`;
}

function tooLong(file: string, lineNumber: number): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: `${nameOf(file)} cannot be read: line ${lineNumber} is longer than 64 MiB. Nothing was changed.`,
    hint: 'Every line holds one JSON object and ends with a line feed.',
  });
}

function readError(error: unknown, file: string, lineNumber: number): unknown {
  if (error instanceof TypeError) {
    return new MosaicError({
      code: 'INVALID_INPUT',
      message: `${nameOf(file)} is not text in UTF-8, from about line ${lineNumber} on. Nothing was changed.`,
      hint: 'Convert it to UTF-8 and try again.',
      cause: error,
    });
  }
  return diskError(error, file, 'read') ?? error;
}
