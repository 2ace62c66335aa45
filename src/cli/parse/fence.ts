/** The options that name one claim on one card: whoever gives them is refused once the card is somebody else's. */
import type { OptionSpec } from './option.ts';
import { integer, text } from './values.ts';

interface FenceSpecs {
  readonly owner: OptionSpec<string | undefined>;
  readonly attempt: OptionSpec<number | undefined>;
}

export const FENCE: FenceSpecs = {
  owner: text('--owner <name>', 'only while this owner holds the card', 'owner'),
  attempt: integer('--attempt <n>', 'only while this attempt is the current one', { least: 1 }),
};

export const FENCE_DETAILS: string =
  'With --owner and --attempt, as the claim gave them, it is refused with CLAIM_LOST once somebody else holds the card. ' +
  'Without an owner it is an operator’s override and always applies.';
