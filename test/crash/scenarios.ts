/** What the processes do whose power is cut: every kind of change the store knows. */
import { claimCards } from '../../src/backlog/operations/claim.ts';
import { createCard } from '../../src/backlog/operations/create.ts';
import { importCards } from '../../src/backlog/operations/import.ts';
import {
  blockCard,
  completeCard,
  failCard,
  linkCards,
  mustGet,
  reclaimCards,
  releaseCard,
  renewCard,
  updateCard,
} from '../../src/backlog/operations/one-card.ts';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { type Operation, PATHS, type Scenario } from './scenario.ts';

const OWNER = 'worker';

const create = (id: string, ...dependsOn: readonly string[]): Operation => ({
  name: `create ${id}`,
  change: (transaction) => createCard(transaction, { id, title: `Card ${id}`, dependsOn }),
});
const claim = (): Operation => ({
  name: 'claim',
  change: (transaction) => claimCards(transaction, { owner: OWNER }),
});
const complete = (id: string): Operation => ({
  name: `complete ${id}`,
  change: (transaction) => completeCard(transaction, { id, result: 'It is done.' }),
});
const update = (id: string, title: string): Operation => ({
  name: `update ${id}`,
  change: (transaction) => updateCard(transaction, { id, title }),
});
const archive = (id: string): Operation => ({
  name: `archive ${id}`,
  change: (transaction) => transaction.archive(mustGet(transaction, id)),
});
const reopen = (id: string): Operation => ({
  name: `reopen ${id}`,
  change: (transaction) => releaseCard(transaction, { id }),
});
const checkpointing = (operation: Operation): Operation => ({ ...operation, checkpoint: 'now' });
const flushing = (operation: Operation): Operation => ({ ...operation, checkpoint: 'thorough' });

/** As when they are asked for at once. */
const group = (...operations: readonly Operation[]): Operation => ({
  name: operations.map(({ name }) => name).join(' and '),
  change(transaction) {
    for (const operation of operations) {
      operation.change(transaction);
      transaction.endChange();
    }
  },
});

const fewCards: readonly Operation[] = [create('a'), create('b', 'a'), checkpointing(create('c'))];

export const scenarios: readonly Scenario[] = [
  { name: 'the first cards of a store', before: [], operations: [create('a'), create('b', 'a'), claim()] },
  {
    name: 'the life of a card',
    before: fewCards,
    operations: [
      claim(),
      { name: 'renew', change: (transaction) => renewCard(transaction, { id: 'a', owner: OWNER }) },
      { name: 'fail', change: (transaction) => failCard(transaction, { id: 'a', owner: OWNER, reason: 'No luck.' }) },
      claim(),
      { name: 'reclaim', change: (transaction) => reclaimCards(transaction, { id: 'a' }) },
      complete('a'),
    ],
  },
  {
    name: 'cards that go to the archive and come back',
    before: [...fewCards, complete('a'), checkpointing(complete('c'))],
    operations: [archive('a'), archive('c'), reopen('a'), complete('a'), archive('a')],
  },
  {
    name: 'cards that go to the archive and come back, with checkpoints',
    before: [...fewCards, complete('a'), checkpointing(complete('c'))],
    operations: [checkpointing(archive('a')), checkpointing(reopen('a')), archive('c'), checkpointing(complete('a'))],
  },
  {
    name: 'changes between checkpoints',
    before: fewCards,
    operations: [
      update('a', 'Another title'),
      checkpointing(update('c', 'Another title')),
      update('a', 'A third title'),
      checkpointing(create('d')),
      complete('a'),
    ],
  },
  {
    name: 'cards written over the old files of others, and of their own',
    before: [...fewCards, update('a', 'Another title'), checkpointing(update('b', 'Another title'))],
    operations: [update('b', 'A third title'), checkpointing(update('c', 'Another title')), complete('a')],
  },
  {
    name: 'changes between checkpoints, of which one flushes everything',
    before: fewCards,
    operations: [
      checkpointing(update('a', 'Another title')),
      checkpointing(archive('c')),
      flushing(update('b', 'Another title')),
      checkpointing(update('a', 'A third title')),
      complete('a'),
    ],
  },
  {
    name: 'several cards in one transaction',
    before: fewCards,
    operations: [
      {
        name: 'batch',
        change: (transaction) => {
          for (const id of ['d', 'e']) createCard(transaction, { id, title: `Card ${id}` });
          linkCards(transaction, { from: 'd', to: 'e' });
          blockCard(transaction, { id: 'c', reason: 'Not yet.' });
          return completeCard(transaction, { id: 'a' });
        },
      },
      {
        name: 'import',
        change: (transaction) => {
          const lines = ['f', 'g'].map((id, index) => ({ line: index + 1, text: JSON.stringify({ id, title: id }) }));
          return importCards(transaction, lines, { update: false, dryRun: false, onProgress: undefined });
        },
      },
    ],
  },
  {
    name: 'several changes of a group, with a checkpoint between two groups',
    before: fewCards,
    operations: [
      group(create('d'), update('a', 'Another title')),
      checkpointing(group(complete('a'), update('c', 'New'))),
      group(archive('a'), update('c', 'Newer')),
    ],
  },
  {
    name: 'files that a person has written, replaced and deleted',
    before: fewCards,
    operations: [
      { ...claim(), byHand: writtenOver('c') },
      { ...update('a', 'Another title'), byHand: (files) => files.remove(`${PATHS.cards}/b.json`) },
      { ...update('c', 'Another title'), byHand: copied('c', 'd') },
    ],
    byHand: true,
  },
];

/** As an editor does that writes in place. */
function writtenOver(id: string): (files: FileSystem) => void {
  return (files) => {
    const path = `${PATHS.cards}/${id}.json`;
    const text = new TextDecoder().decode(files.readFile(path)?.bytes ?? new Uint8Array());
    const descriptor = files.open(path, 'write');
    files.truncate(descriptor, 0);
    files.write(descriptor, new TextEncoder().encode(text.replace('Card', 'Mended card')), 0);
    files.close(descriptor);
  };
}

function copied(id: string, as: string): (files: FileSystem) => void {
  return (files) => {
    const text = new TextDecoder().decode(files.readFile(`${PATHS.cards}/${id}.json`)?.bytes ?? new Uint8Array());
    const descriptor = files.open(`${PATHS.cards}/${as}.json`, 'create');
    files.write(descriptor, new TextEncoder().encode(text.replace(`"id": "${id}"`, `"id": "${as}"`)), 0);
    files.close(descriptor);
  };
}
