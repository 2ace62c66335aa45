/** The one way in which an error is told: a sentence and a next step, as JSON for programs. */
import { MosaicError } from '../../errors.ts';
import { printableLines } from '../print/text/escape.ts';
import type { Output } from './output.ts';
import { jsonLine } from './output.ts';

export interface ReportOptions {
  readonly isDebug: boolean;
  /** Said after a wrong usage that has no better hint. */
  readonly usageHint?: string;
}

export async function reportError(error: unknown, output: Output, options: ReportOptions): Promise<void> {
  const told = error instanceof MosaicError ? error : (notLoaded(error) ?? internalError(error));
  const hint = told.hint ?? (isAskedWrongly(told) ? (options.usageHint ?? null) : null);
  if (output.asJson) {
    const stack = options.isDebug ? { stack: stackOf(error) } : {};
    await output.aside(jsonLine({ error: { code: told.code, message: told.message, hint, ...stack } }));
    return;
  }
  const { paint } = output.errorScreen;
  const lines = [`${paint.red('error:')} ${printableLines(told.message).join('\n  ')}`];
  if (hint !== null) lines.push(`${paint.cyan('hint:')} ${printableLines(hint).join('\n  ')}`);
  if (options.isDebug) lines.push(printableLines(stackOf(error)).join('\n'));
  await output.aside(`${lines.join('\n')}\n`);
}

function isAskedWrongly({ code }: MosaicError): boolean {
  return code === 'USAGE' || code === 'INVALID_INPUT';
}

/** The program itself is in files; when it may open no more of them, or they are another's, that is nobody's defect. */
function notLoaded(error: unknown): MosaicError | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  if (error.code === 'PROGRAM_REPLACED') {
    return new MosaicError({
      code: 'DISK_FAILED',
      message: 'The program was written over while this command ran, so the rest of it could not be loaded.',
      hint: 'Wait until it is there again. Whether anything was changed is not known: look before you repeat it.',
      cause: error,
    });
  }
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') return null;
  return new MosaicError({
    code: 'DISK_FAILED',
    message: `Too many files are open, so the program could not be loaded: ${error.message}`,
    hint: 'Raise the limit (ulimit -n). Whether anything was changed is not known: look before you repeat it.',
    cause: error,
  });
}

function internalError(error: unknown): MosaicError {
  const message = error instanceof Error ? error.message : String(error);
  return new MosaicError({
    code: 'INTERNAL',
    message: `This is a defect of mosaic-fleet, not of what you asked for: ${message}`,
    hint: 'Whether anything was changed is not known: look before you repeat it. --debug shows where it happened.',
    cause: error,
  });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\nCaused by: ${stackOf(error.cause)}`;
}
