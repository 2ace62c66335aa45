/** Wrong usage: refused before anything is opened, with the words that would have been right. */
import { MosaicError } from '../../errors.ts';

export function usageError(message: string, hint?: string): MosaicError {
  return new MosaicError({ code: 'USAGE', message, ...(hint === undefined ? {} : { hint }) });
}
