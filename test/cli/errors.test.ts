/** Each way to be refused: its code, its exit status, and that the message says what to do next. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mosaic } from './mosaic.ts';

interface Refusal {
  readonly title: string;
  readonly code: string;
  readonly status: number;
  readonly words: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly message: RegExp;
  readonly hint?: RegExp;
}

const USAGE: readonly Refusal[] = [
  usage('an unknown option', ['claim', '--ownr', 'x'], /has no option "--ownr"/, /Did you mean --owner\?/),
  usage('an unknown command', ['complet', 'A1'], /has no command "complet"/, /Did you mean "complete"\?/),
  usage('a command nobody has', ['delete', 'A1'], /has no command "delete"/, /never deleted/),
  usage('an option before the command', ['--limit', 'list'], /no option "--limit"/, /after the command/),
  usage('a missing option', ['claim'], /--owner is needed/),
  usage('an option without its value', ['claim', '--owner'], /--owner needs a value/),
  usage('an option that swallows the next', ['claim', '--owner', '--ttl', '5'], /--owner needs a value, but --ttl/),
  usage('an option given twice', ['claim', '--owner', 'a', '--owner', 'b'], /--owner is given twice/),
  usage('one word too many', ['show', 'A1', 'A2'], /one word too many/),
  usage('a plain word where none is taken', ['stats', 'A1'], /takes options only/),
  usage('two different ids', ['show', 'A1', '--id', 'A2'], /two different things/),
  usage('a duration that is none', ['claim', '--owner', 'x', '--ttl', '5x'], /90s, 15m, 4h or 2d, not "5x"/),
  usage('a time that is none', ['create', 'N', '--title', 'N', '--not-before', 'soon'], /not "soon"/),
  usage('a day that is on no calendar', ['create', 'N', '--title', 'N', '--not-before', '2026-02-30'], /2026-02-30/),
  usage('a number that is none', ['create', 'N', '--title', 'N', '--priority', 'high'], /a whole number, not "high"/),
  usage('a status that is none', ['list', '--status', 'open'], /one of ready, claimed, blocked, done/),
  usage('a result that is not JSON', ['complete', 'A1', '--result', 'ok'], /takes JSON/, /--result '"ok"'/),
  usage(
    'acceptance that looks like JSON',
    ['create', 'N', '--title', 'N', '--acceptance', '[a]'],
    /looks like JSON/,
    /write points/,
  ),
  usage('an empty name in a list', ['create', 'N', '--title', 'N', '--labels', 'a,,b'], /is empty/),
  usage('a reason without --blocked', ['create', 'N', '--title', 'N', '--reason', 'r'], /--blocked is not given/),
  usage('an update of nothing', ['update', 'A1'], /no field to change/),
  usage('an id and a count', ['claim', 'A1', '--owner', 'x', '--count', '2'], /give one of the two/),
  usage('an import of nothing', ['import'], /needs the name of a file/),
  usage('an import of two things', ['import', 'cards.jsonl', '--pglite', 'store'], /give one of the two/),
  usage('an edit without an editor', ['edit', 'A1'], /No editor is set/, /EDITOR=vi/),
];

const REFUSED: readonly Refusal[] = [
  refused('CARD_NOT_FOUND', ['show', 'A9'], /There is no card A9/, /A1/),
  refused('CARD_EXISTS', ['create', 'A1', '--title', 'Again'], /There is already a card A1/),
  refused('CARD_NOT_BLOCKED', ['unblock', 'B1'], /not blocked/),
  refused('CLAIM_LOST', ['renew', 'A1', '--owner', 'x'], /claim of x on card A1/),
  refused('DEPENDENCY_CYCLE', ['link', '--from', 'A1', '--to', 'A2'], /A1 → A2 → A1/),
  refused('REVISION_CONFLICT', ['update', 'A1', '--title', 'T', '--rev', '7'], /revision 1, not 7/),
  refused('IMPORT_REFUSED', ['import', '-'], /line 2/i, undefined, '{"id":"N1","title":"N"}\n{"id":"N2"}\n'),
  refused('BATCH_REFUSED', ['batch', '-'], /line 2/i, undefined, '{"op":"block","id":"A1"}\n{"op":"fly"}\n'),
  {
    ...refused('DATABASE_UNREACHABLE', ['list'], /No server answers/, /DATABASE_URL/),
    env: { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/none' },
  },
  { ...refused('INVALID_INPUT', ['create', 'N', '--title', ' '], /title/), status: 2 },
  { ...refused('INVALID_INPUT', ['import', '/no/such/file'], /does not exist/), status: 2 },
  {
    ...refused('INVALID_INPUT', ['import', '--pglite', '/no/such/folder'], /no embedded store/, /PG_VERSION/),
    status: 2,
  },
  { ...refused('INVALID_INPUT', ['edit', 'A1'], /cannot be started/), status: 2, env: { EDITOR: 'no-such-editor' } },
];

function usage(title: string, words: readonly string[], message: RegExp, hint: RegExp = /--help/): Refusal {
  return { title, code: 'USAGE', status: 2, words, message, hint };
}

function refused(code: string, words: readonly string[], message: RegExp, hint?: RegExp, stdin?: string): Refusal {
  const title = `${code} of ${words[0] ?? ''}`;
  return { title, code, status: 1, words, message, ...(hint && { hint }), ...(stdin !== undefined && { stdin }) };
}

async function stocked(): Promise<Mosaic> {
  const mosaic = new Mosaic();
  await mosaic.stock(
    { op: 'create', id: 'A1', title: 'Card A1' },
    { op: 'create', id: 'A2', title: 'Card A2', dependsOn: ['A1'] },
    { op: 'create', id: 'B1', title: 'Card B1' },
    { op: 'complete', id: 'B1' },
  );
  return mosaic;
}

describe('a refusal', () => {
  for (const one of [...USAGE, ...REFUSED]) {
    it.concurrent(`for ${one.title} has its code, its status and a next step (${one.words.join(' ')})`, async () => {
      const mosaic = await stocked();
      const { code, status, words, message, hint, stdin = '', env = {} } = one;
      const answer = await mosaic.backlog([...words, '--json'], { stdin, env });
      expect(answer).toMatchObject({ status, stdout: '' });
      expect(JSON.parse(answer.stderr)).toEqual({
        error: {
          code,
          message: expect.stringMatching(message),
          hint: hint === undefined ? expect.anything() : expect.stringMatching(hint),
        },
      });
    });
  }

  it('is told to people as a sentence and a hint, without a stack', async () => {
    const answer = await (await stocked()).backlog(['show', 'A9']);
    expect(answer).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: There is no card A9\. .*\nhint: .+\n$/),
    });
  });

  it('shows where it arose under --debug', async () => {
    const { stderr } = await (await stocked()).backlog(['show', 'A9', '--debug']);
    expect(stderr).toMatch(/\n\s+at /);
  });
});

describe('a store in trouble', () => {
  it('of an embedded Postgres is recognised and left alone', async () => {
    const mosaic = new Mosaic();
    mkdirSync(join(mosaic.home, 'fleet', 'backlog'), { recursive: true });
    writeFileSync(join(mosaic.home, 'fleet', 'backlog', 'PG_VERSION'), '16\n');
    const answer = await mosaic.backlog(['create', 'A1', '--title', 'T', '--json']);
    expect(answer.status).toBe(1);
    const hint = `Bring its cards over with: mosaic fleet backlog import --pglite ${mosaic.home}/fleet/backlog`;
    expect(JSON.parse(answer.stderr)).toMatchObject({ error: { code: 'STORE_FOREIGN', hint } });
  });

  it('with a damaged card lists the others and warns', async () => {
    const mosaic = await stocked();
    writeFileSync(join(mosaic.home, 'fleet', 'backlog', 'cards', 'A2.json'), '{"id": "A2",');
    const plain = await mosaic.backlog(['list']);
    expect(plain).toMatchObject({ status: 0, stderr: expect.stringMatching(/^warning: The file of card A2/) });
    const listed = await mosaic.backlog(['list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: 'A1' }, { id: 'B1' }]);
    expect(JSON.parse(listed.stderr)).toMatchObject({ warning: { code: 'CARD_DAMAGED' } });
    const shown = await mosaic.backlog(['show', 'A2', '--json']);
    expect(JSON.parse(shown.stderr)).toMatchObject({ error: { code: 'CARD_DAMAGED' } });
    expect((await mosaic.backlog(['doctor'])).status).toBe(1);
  });

  // For root no folder is closed.
  it.skipIf(process.getuid?.() === 0)('whose folder may not be written says so', async () => {
    const mosaic = new Mosaic();
    chmodSync(mosaic.home, 0o500);
    const answer = await mosaic.backlog(['create', 'A1', '--title', 'T', '--json']);
    expect(answer.status).toBe(1);
    expect(JSON.parse(answer.stderr)).toMatchObject({ error: { code: 'DISK_DENIED' } });
  });
});
