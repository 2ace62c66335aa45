/** Every command of the registry, once for a program and once for a person, wherever the backlog is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BatchOperation } from '../../src/backlog/backlog.ts';
import { BACKLOG, entriesOf } from '../../src/cli/registry.ts';
import type { Mosaic } from './mosaic.ts';

interface Use {
  /** The words after the command's name. FILE is a file with one card, OPERATIONS one with one operation. */
  readonly words: readonly string[];
  /** What is done before. */
  readonly before?: readonly BatchOperation[];
  readonly json: object;
  readonly plain: string;
}

const CLAIMED: readonly BatchOperation[] = [{ op: 'claim', owner: 'coder0' }];
const CARD = { id: 'A1', status: 'ready' };

const USES: Readonly<Record<string, Use>> = {
  create: { words: ['N1', '--title', 'New'], json: { id: 'N1', rev: 1 }, plain: 'Created: N1' },
  show: { words: ['A1'], json: { id: 'A1' }, plain: 'priority 0' },
  list: { words: [], json: [{ id: 'A1' }, { id: 'A2' }], plain: 'TITLE' },
  update: { words: ['A1', '--priority', '3'], json: { priority: 3, rev: 2 }, plain: 'revision 2' },
  edit: { words: ['A1'], json: CARD, plain: 'unchanged' },
  link: { words: ['--from', 'A1', '--to', 'A2'], json: { dependsOn: ['A2'] }, plain: 'depends on A2' },
  unlink: { words: ['--from', 'A1', '--to', 'A2'], json: { dependsOn: [] }, plain: 'does not depend on A2' },
  claim: { words: ['--owner', 'coder0'], json: { id: 'A1', attempts: 1 }, plain: 'attempt 1' },
  renew: { words: ['A1', '--owner', 'coder0'], before: CLAIMED, json: { id: 'A1' }, plain: 'stays with coder0' },
  complete: { words: ['A1'], json: { status: 'done' }, plain: 'A1 is done' },
  fail: {
    words: ['A1', '--owner', 'coder0', '--reason', 'no luck', '--retry-after', '2h'],
    before: CLAIMED,
    json: { status: 'ready', statusReason: 'no luck' },
    plain: 'ready again and can be claimed in 2 h',
  },
  release: { words: ['A1'], before: CLAIMED, json: { status: 'ready' }, plain: 'A1 is ready' },
  block: { words: ['A1', '--reason', 'rain'], json: { status: 'blocked' }, plain: 'A1 is blocked: rain' },
  unblock: { words: ['A1'], before: [{ op: 'block', id: 'A1' }], json: { status: 'ready' }, plain: 'A1 is ready' },
  reclaim: { words: ['A1'], before: CLAIMED, json: { reclaimed: ['A1'] }, plain: 'Taken back: A1' },
  archive: {
    words: [],
    before: [{ op: 'complete', id: 'A1' }],
    json: { archived: ['A1'] },
    plain: 'Archived 1 card: A1',
  },
  stats: { words: [], json: { total: 2, claimable: 2 }, plain: '2 cards, 0% done' },
  explain: { words: ['A1'], json: [{ id: 'A1', claimable: true }], plain: 'A1 can be claimed now.' },
  history: { words: ['A1'], json: [{ seq: 1, kind: 'created', id: 'A1' }], plain: 'created' },
  import: { words: ['FILE'], json: { created: ['F1'], dryRun: false }, plain: 'Imported: 1 new.' },
  batch: { words: ['OPERATIONS'], json: { results: [{ op: 'block' }] }, plain: 'Applied 1 operation.' },
  doctor: { words: [], json: { healthy: true }, plain: 'The backlog is healthy.' },
};

/** Commands whose answer is a stream or a document of its own, told elsewhere in full. */
const ELSEWHERE = ['watch', 'export', 'schema'];

async function ready({ before = [] }: Use, newMosaic: NewMosaic): Promise<Mosaic> {
  const mosaic = await newMosaic();
  await mosaic.stock(
    { op: 'create', id: 'A1', title: 'Card A1' },
    { op: 'create', id: 'A2', title: 'Card A2' },
    ...before,
  );
  writeFileSync(join(mosaic.home, 'FILE'), '{"id":"F1","title":"From a file"}\n');
  writeFileSync(join(mosaic.home, 'OPERATIONS'), '{"op":"block","id":"A1"}\n');
  return mosaic;
}

function wordsFor(name: string, { words }: Use, { home }: Mosaic): readonly string[] {
  return [name, ...words.map((word) => (word === 'FILE' || word === 'OPERATIONS' ? join(home, word) : word))];
}

export type NewMosaic = () => Promise<Mosaic>;

/** @param where the backlog is */
export function everyCommandForPrograms(where: string, newMosaic: NewMosaic): void {
  describe(`every command for programs, with a backlog ${where},`, () => {
    it('is tried here', () => {
      expect([...Object.keys(USES), ...ELSEWHERE].sort()).toEqual(
        entriesOf(BACKLOG)
          .map(({ name }) => name)
          .sort(),
      );
    });

    for (const [name, use] of Object.entries(USES)) {
      it.concurrent(`${name} answers a program with one JSON value and nothing else`, async () => {
        const mosaic = await ready(use, newMosaic);
        const answer = await mosaic.backlog([...wordsFor(name, use, mosaic), '--json'], { env: { EDITOR: 'true' } });
        expect(answer).toMatchObject({ status: 0, stderr: '' });
        expect(answer.stdout.endsWith('\n')).toBe(true);
        expect(JSON.parse(answer.stdout)).toMatchObject(use.json);
      });
    }

    it('schema prints a JSON Schema that names the required fields', async () => {
      const schema = await (await newMosaic()).json(['schema']);
      expect(schema).toMatchObject({ type: 'object', required: expect.arrayContaining(['id', 'title']) });
    });
  });
}

export function everyCommandForPeople(where: string, newMosaic: NewMosaic): void {
  describe(`every command for people, with a backlog ${where},`, () => {
    for (const [name, use] of Object.entries(USES)) {
      it.concurrent(`${name} answers a person in words`, async () => {
        const mosaic = await ready(use, newMosaic);
        const answer = await mosaic.backlog(wordsFor(name, use, mosaic), { env: { EDITOR: 'true' } });
        expect(answer).toMatchObject({ status: 0, stderr: '' });
        expect(answer.stdout).toContain(use.plain);
        expect(answer.stdout).not.toContain('\x1b');
      });
    }
  });
}
