/** Bugs in who may have a card, and for how long. Stryker goes through the rules themselves; these are the gravest. */
import type { Mutant } from '../mutant.ts';

const CLAIM = 'src/backlog/operations/claim.ts';
const LIFE = 'src/card/life.ts';
const RULES = ['test/rules', 'test/contract'];

export const CLAIM_MUTANTS: readonly Mutant[] = [
  {
    name: 'expired-claims-kept',
    breaks: 'A claim that has run out keeps its card.',
    edits: [{ file: CLAIM, from: '  takeBackExpired(transaction);\n  if (options.id', to: '  if (options.id' }],
    tests: ['test/contract'],
  },
  {
    name: 'expiry-ignores-the-time',
    breaks: 'A claim is over before its time.',
    edits: [{ file: 'src/card/expiry.ts', from: 'endMs !== null && endMs <= nowMs', to: 'endMs !== null' }],
    tests: RULES,
  },
  {
    name: 'claim-ahead-counts-for-days',
    breaks: 'A claim that is dated in the future keeps its card until that future.',
    edits: [
      {
        file: 'src/card/expiry.ts',
        from: 'return claimedAtMs <= nowMs ? claimedAtMs : nowMs;',
        to: 'return claimedAtMs;',
      },
    ],
    tests: RULES,
  },
  {
    name: 'owner-not-compared',
    breaks: 'A claim can be completed in the name of somebody who does not hold it.',
    edits: [{ file: LIFE, from: '(owner === undefined || owner === card.claimOwner)', to: "owner !== ''" }],
    tests: RULES,
  },
  {
    name: 'attempt-not-compared',
    breaks: 'Whoever has lost a claim and whose owner has claimed it again completes the new one.',
    edits: [{ file: LIFE, from: '(attempt === undefined || attempt === card.attempts)', to: 'attempt !== -1' }],
    tests: RULES,
  },
  {
    name: 'attempts-not-counted',
    breaks: 'A claim does not count, so that no fence tells it from the one before.',
    edits: [{ file: LIFE, from: 'attempts: card.attempts + 1,', to: 'attempts: Math.max(1, card.attempts),' }],
    tests: RULES,
  },
  {
    name: 'unfinished-dependency-forgotten',
    breaks: 'A card is handed out before the cards it depends on are done.',
    edits: [
      {
        file: 'src/card/claimable.ts',
        from: 'return card.dependsOn.every((id) => dependencyObstacle(id, dependencyState(id)) === null);',
        to: 'return true;',
      },
    ],
    tests: RULES,
  },
];
