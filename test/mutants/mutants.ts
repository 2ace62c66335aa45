/** All deliberate bugs, in the order of the table. */
import { CLAIM_MUTANTS } from './list/claims.ts';
import { INDEX_MUTANTS } from './list/index-file.ts';
import { JOURNAL_MUTANTS } from './list/journal.ts';
import { LOCK_MUTANTS } from './list/lock.ts';
import { RECOVERY_MUTANTS } from './list/recovery.ts';
import { RESTART_MUTANTS } from './list/restart.ts';
import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  ...LOCK_MUTANTS,
  ...JOURNAL_MUTANTS,
  ...RECOVERY_MUTANTS,
  ...INDEX_MUTANTS,
  ...CLAIM_MUTANTS,
  ...RESTART_MUTANTS,
];
