/** The versions of the schema, each a step from the one before. A step that was released is never changed again. */
import { FIRST } from './first.ts';
import { upkeep } from './upkeep.ts';

export interface Migration {
  readonly version: number;
  /**
   * The oldest version of the program that may go on using the schema once it is at this version. It stays where a step
   * adds something that an older program need not know.
   */
  readonly compatibleFrom: number;
  /** @param schema quoted */
  readonly text: (schema: string) => string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, compatibleFrom: 1, text: () => FIRST },
  { version: 2, compatibleFrom: 1, text: upkeep },
];
