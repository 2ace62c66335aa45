/** Rows that people or programs have made with SQL and that are no card: shown as damaged, and in nobody's way. */
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Backlog } from '../../../src/backlog/backlog.ts';
import { openBacklog } from '../../../src/backlog/open.ts';
import { collect, ids, line } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { connect, query, type Connection } from '../connection.ts';
import { newDatabase } from '../database.ts';
import { emptyDatabase, opened, sql } from '../opened.ts';

interface Damage {
  /** Makes the row of an ordinary ready card, and later of a claimed one, into this. */
  readonly set: string;
  readonly says: string;
  /** In what is long, and not read by those who only count. */
  readonly isNotCounted?: true;
}

/** A claim that has run out, with one part of it as given. */
function claimed(part: { readonly owner?: string; readonly ttl?: string; readonly at?: string }): string {
  const { owner = `'x'`, ttl = '1', at = `now() - interval '1 hour'` } = part;
  return `status = 'claimed', claim_owner = ${owner}, claim_ttl_seconds = ${ttl}, claimed_at = ${at}`;
}

/** By what is wrong. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'a blank title': { set: `title = E' \\t'`, says: 'title must not be blank' },
  'a claim without owner': { set: claimed({ owner: 'null' }), says: 'claimOwner is null' },
  'a claim without date': { set: claimed({ at: 'null' }), says: 'claimedAt is null' },
  'a claim without end': { set: claimed({ ttl: 'null' }), says: 'claimTtlSeconds is null' },
  'a claim that was over before it began': { set: claimed({ ttl: '-5' }), says: 'claimTtlSeconds' },
  'a claim from the beginning of time': { set: claimed({ at: `'-infinity'` }), says: 'claimedAt' },
  'a claim from the end of time': { set: claimed({ at: `'infinity'` }), says: 'claimedAt' },
  'a claim from a late year': { set: claimed({ at: `'294276-12-31 23:59:59'` }), says: 'claimedAt' },
  'a claim from an early year': { set: claimed({ at: `'4713-01-01 BC'` }), says: 'claimedAt' },
  'dependencies in an object': { set: `depends_on = '{}'`, says: 'dependsOn must be a list of ids' },
  'dependencies in a text': { set: `depends_on = '"sound"'`, says: 'dependsOn must be a list of ids' },
  'numbers for dependencies': { set: `depends_on = '[1, 2]'`, says: 'dependsOn' },
  'nulls for dependencies': { set: `depends_on = '[null]'`, says: 'dependsOn' },
  'a dependency twice': { set: `depends_on = '["finished", "finished"]'`, says: 'dependsOn names "finished" twice' },
  'a dependency without a name': { set: `depends_on = '[""]'`, says: 'dependsOn' },
  'a creation at the end of time': { set: `created_at = 'infinity'`, says: 'createdAt' },
  'a creation long before Christ': { set: `created_at = '0044-03-15 BC'`, says: 'createdAt' },
  'a change at the beginning of time': { set: `updated_at = '-infinity'`, says: 'updatedAt' },
  'a date at the end of time': { set: `not_before = 'infinity'`, says: 'notBefore' },
  'a date in a late year': { set: `not_before = '12345-01-01'`, says: 'notBefore' },
  'a label with a control character': { set: String.raw`labels = array[E'a\x01b']`, says: 'labels must be printable' },
  'a label that is null': { set: 'labels = array[null]::text[]', says: 'labels' },
  'labels in labels': { set: `labels = '{{a,b},{c,d}}'`, says: 'labels' },
  'negative attempts': { set: 'attempts = -1', says: 'attempts' },
  'no attempts allowed': { set: 'max_attempts = 0', says: 'maxAttempts' },
  'more attempts than can be counted': { set: 'max_attempts = 9223372036854775807', says: 'maxAttempts' },
  'more changes than can be counted': { set: 'rev = 9223372036854775806', says: 'rev' },
  'a phase with a line break': { set: String.raw`phase = E'a\nb'`, says: 'phase must be printable' },
  'a key that is blank': { set: `idempotency_key = ''`, says: 'idempotencyKey' },
  'a result that nobody can nest': {
    set: `result = (repeat('[', 100) || repeat(']', 100))::json`,
    says: 'result',
    isNotCounted: true,
  },
  'a number that is too large': { set: `acceptance = '1e999'`, says: 'acceptance', isNotCounted: true },
  'extra fields in a list': { set: `extra = '[1]'`, says: 'extra' },
  'extra fields in a text': { set: `extra = '"x"'`, says: 'extra' },
  'an extra field that is one of ours': { set: `extra = '{"status":"done"}'`, says: 'extra' },
  'an id with a control character': { set: String.raw`id = E'a\x07b'`, says: 'id must be printable' },
  'an id that is empty': { set: `id = ''`, says: 'id' },
  'an id that is too long': { set: `id = repeat('x', 200)`, says: 'id must be at most' },
  'an id between spaces': { set: `id = ' a '`, says: 'id must not begin or end with white space' },
};

const MADE = 'insert into backlog (id, title, priority) values';

describe('rows that are no card, each among cards that are sound', () => {
  let connection: Connection;
  let backlog: Backlog;

  beforeAll(async () => {
    const { url } = await newDatabase();
    connection = await connect(url);
    backlog = await openBacklog({ databaseUrl: url, actor: 'tester' });
    await backlog.stats();
    return async () => {
      await backlog.close();
      await connection.end();
    };
  });

  it.each(Object.entries(DAMAGES))('%s', async (_what, { set, says, isNotCounted }) => {
    await query(connection, 'truncate backlog');
    await backlog.import({
      lines: [
        line({ id: 'finished', status: 'done' }),
        line({ id: 'sound', dependsOn: ['finished'] }),
        line({ id: 'waits', dependsOn: ['odd'] }),
      ],
    });
    await query(connection, `${MADE} ('odd', 'Odd', 9)`);
    const [row] = await query(connection, `update backlog set ${set} where id = 'odd' returning id`);
    const id = String(row?.['id']);

    const { cards, damaged } = await backlog.list();
    expect(ids(cards)).toEqual(['finished', 'sound', 'waits']);
    expect(damaged).toMatchObject([{ id, reason: expect.stringContaining(says) }]);
    expect((await backlog.list({ limit: 1 })).cards).toMatchObject([{ id: 'finished' }]);
    expect((await backlog.list({ readyOnly: true })).cards).toMatchObject([{ id: 'sound' }]);
    if (isNotCounted === undefined) {
      expect(await backlog.stats()).toMatchObject({ total: 4, damaged: 1, claimable: 1 });
    }
    expect(await backlog.explain({ id: 'sound' })).toMatchObject([{ claimable: true }]);
    expect((await backlog.explain()).filter(({ claimable }) => claimable)).toMatchObject([{ id: 'sound' }]);
    const { findings } = await backlog.doctor();
    expect(findings).toContainEqual(expect.objectContaining({ code: 'damaged-card', subject: id }));
    const before = await query(connection, 'select md5(card::text) as sum from backlog card where id = $1', [id]);
    await refusal(collect(backlog.export()), 'CARD_DAMAGED');

    expect(await backlog.claim({ owner: 'w', waitSeconds: 5 })).toMatchObject({ id: 'sound', attempts: 1 });
    expect(await backlog.claim({ owner: 'w', waitSeconds: 0 })).toBeNull();
    expect(await backlog.reclaim()).toEqual([]);
    expect(await backlog.archive()).toEqual(['finished']);
    await backlog.complete({ id: 'sound', owner: 'w', attempt: 1 });
    expect(await query(connection, 'select md5(card::text) as sum from backlog card where id = $1', [id])).toEqual(
      before,
    );
  });
});

it('a dependency that is damaged counts by its status alone, for claims as for questions', async () => {
  const url = await emptyDatabase();
  const backlog = await opened(url);
  await backlog.create({ id: 'a', title: 'A', dependsOn: ['odd'] });
  await sql(url, `${MADE} ('odd', ' ', 0)`);
  expect(await backlog.explain({ id: 'a' })).toMatchObject([
    { claimable: false, obstacles: [{ kind: 'dependency-damaged', id: 'odd' }] },
  ]);
  expect(await backlog.claim({ owner: 'w', id: 'a' })).toBeNull();
  expect(await backlog.claim({ owner: 'w' })).toBeNull();
  expect(await backlog.stats()).toMatchObject({ claimable: 0, waitingOnDependencies: 1 });
  await sql(url, `update backlog set status = 'done' where id = 'odd'`);
  expect(await backlog.explain({ id: 'a' })).toMatchObject([{ claimable: true }]);
  expect(await backlog.stats()).toMatchObject({ claimable: 1, waitingOnDependencies: 0 });
  expect((await backlog.list({ readyOnly: true })).cards).toMatchObject([{ id: 'a' }]);
  expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'a' });
});

it('a damaged row can be asked for by its name, and is refused with what is wrong', async () => {
  const url = await emptyDatabase();
  const backlog = await opened(url);
  await backlog.stats();
  await sql(url, `${MADE} ('odd', ' ', 0)`);
  for (const operation of [
    () => backlog.get({ id: 'odd' }),
    () => backlog.claim({ owner: 'w', id: 'odd' }),
    () => backlog.complete({ id: 'odd' }),
    () => backlog.update({ id: 'odd', title: 'Mended' }),
  ]) {
    await refusal(operation(), 'CARD_DAMAGED', 'card odd', 'title must not be blank', 'Nothing was changed.');
  }
  await refusal(backlog.import({ lines: [line({ id: 'odd' })], update: true }), 'IMPORT_REFUSED', 'card odd');
  await sql(url, `update backlog set title = 'Mended'`);
  expect(await backlog.get({ id: 'odd' })).toMatchObject({ title: 'Mended', rev: 2 });
});

it('a list of ids that is null is an empty one, where an older table lets it be', async () => {
  const url = await emptyDatabase();
  const backlog = await opened(url);
  await backlog.stats();
  await sql(
    url,
    `alter table backlog alter depends_on drop not null;
    insert into backlog (id, title, depends_on) values ('a', 'A', null)`,
  );
  expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'a', dependsOn: [] });
});

describe('what the doctor finds missing in the schema', () => {
  async function doctored(
    harm: string,
  ): Promise<{ readonly found: unknown; readonly fixed: unknown; readonly left: unknown }> {
    const url = await emptyDatabase();
    const backlog = await opened(url);
    await backlog.import({ lines: [line({ id: 'a' }), line({ id: 'b', dependsOn: ['a'] })] });
    await sql(url, harm);
    onTestFinished(async () => {
      await sql(url, `update backlog set title = 'Changed' where id = 'b'`);
    });
    const codes = ({ findings }: Awaited<ReturnType<Backlog['doctor']>>): unknown =>
      findings.map(({ code, subject, fixed }) => [code, subject, fixed !== null]);
    const answer = {
      found: codes(await backlog.doctor()),
      fixed: codes(await backlog.doctor({ fix: true })),
      left: codes(await backlog.doctor()),
    };
    // Nothing of it is a change of a card.
    expect(await backlog.history()).toHaveLength(2);
    expect((await backlog.list()).cards).toMatchObject([{ rev: 1 }, { rev: 1 }]);
    await sql(url, `update backlog set title = 'Changed' where id = 'a'`);
    expect((await backlog.history()).at(-1)).toMatchObject({ seq: 3, id: 'a', kind: 'edited', rev: 2 });
    return answer;
  }

  it.each([
    ['an index', 'drop index backlog_claimable_idx', 'index-missing', 'backlog_claimable_idx'],
    [
      'an index that is not valid',
      `update pg_index set indisvalid = false where indexrelid = 'backlog_claimed_idx'::regclass`,
      'index-missing',
      'backlog_claimed_idx',
    ],
    ['the index of the history', 'drop index backlog_history_id_idx', 'index-missing', 'backlog_history_id_idx'],
    ['the index of the keys', 'drop index backlog_idempotency_key_idx', 'index-missing', 'backlog_idempotency_key_idx'],
    ['a trigger', 'drop trigger backlog_tell on backlog', 'trigger-missing', 'backlog_tell'],
    [
      'a trigger that is off',
      'alter table backlog disable trigger backlog_take_up',
      'trigger-missing',
      'backlog_take_up',
    ],
    ['a function, and its trigger', 'drop function backlog_tell cascade', 'trigger-missing', 'backlog_tell'],
  ])('is made again: %s', async (_what, harm, code, subject) => {
    expect(await doctored(harm)).toEqual({ found: [[code, subject, false]], fixed: [[code, subject, true]], left: [] });
  });

  it('is made again, all of it at once', async () => {
    const harm = `drop index backlog_claimable_idx; drop index backlog_idempotency_key_idx;
      drop function backlog_tell cascade; drop function backlog_take_up cascade`;
    expect(await doctored(harm)).toMatchObject({ left: [] });
  });

  it('is left where cards with one key are in the way, and said', async () => {
    const url = await emptyDatabase();
    const backlog = await opened(url);
    await backlog.stats();
    await sql(
      url,
      `drop index backlog_idempotency_key_idx; drop index backlog_claimed_idx;
      insert into backlog (id, title, idempotency_key) values ('a', 'A', 'k'), ('b', 'B', 'k')`,
    );
    const { findings, healthy } = await backlog.doctor({ fix: true });
    expect(healthy).toBe(false);
    expect(findings.map(({ code, fixed }) => `${code} ${fixed === null ? 'left' : 'mended'}`).toSorted()).toEqual([
      'idempotency-key-twice left',
      'index-missing left',
      'index-missing mended',
    ]);
    await sql(url, `update backlog set idempotency_key = 'other' where id = 'b'`);
    await backlog.doctor({ fix: true });
    expect((await backlog.doctor()).findings).toEqual([]);
  });
});

describe('what somebody has taken away', () => {
  it('is counted on from where it was, where it is the row with the last number', async () => {
    const url = await emptyDatabase();
    const backlog = await opened(url);
    await backlog.import({ lines: [line({ id: 'a' }), line({ id: 'b' })] });
    await sql(url, 'drop table backlog_store');
    const again = await opened(url);
    await again.claim({ owner: 'w' });
    expect((await again.history()).map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'imported'],
      [2, 'imported'],
      [3, 'claimed'],
    ]);
    expect((await again.doctor()).findings).toEqual([]);
  });

  it('is said and made again, where it is the history', async () => {
    const url = await emptyDatabase();
    const backlog = await opened(url);
    await backlog.import({ lines: [line({ id: 'a' })] });
    await sql(url, 'drop table backlog_history');
    expect((await backlog.doctor()).findings).toMatchObject([{ code: 'table-missing', subject: 'backlog_history' }]);
    await refusal(backlog.claim({ owner: 'w' }), 'DATABASE_FAILED', 'backlog_history', 'Nothing was changed.');
    expect(await backlog.get({ id: 'a' })).toMatchObject({ status: 'ready', rev: 1 });
    const { findings } = await backlog.doctor({ fix: true });
    expect(findings).toMatchObject([{ code: 'table-missing', fixed: expect.any(String) }, { code: 'history-gap' }]);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'a' });
    expect(await backlog.history()).toMatchObject([{ seq: 2, kind: 'claimed' }]);
  });
});

it('a rule that somebody else has given the table is an error that says so, and soon', async () => {
  const url = await emptyDatabase();
  const backlog = await opened(url);
  await backlog.create({ id: 'a', title: 'Once' });
  await sql(
    url,
    `alter table backlog add constraint titles unique (title);
    alter table backlog add constraint humble check (priority < 100)`,
  );
  await refusal(backlog.create({ id: 'b', title: 'Once' }), 'DATABASE_FAILED', 'titles', 'Nothing was changed.');
  await refusal(backlog.update({ id: 'a', priority: 100 }), 'DATABASE_FAILED', 'humble', 'Nothing was changed.');
  expect(await backlog.create({ id: 'b', title: 'Twice' })).toMatchObject({ id: 'b' });
});
