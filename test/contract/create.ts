/** `create`: what a new card is, and when it is refused. */
import { describe, expect } from 'vitest';
import { call, refusal } from './refusal.ts';
import { contents, fromNow } from './given.ts';
import type { PromiseTest } from './promise.ts';

export function promisesOfCreate(it: PromiseTest): void {
  describe('create', () => {
    newCards(it);
    repeatedCreates(it);
    idsAndLimits(it);
  });
}

function newCards(it: PromiseTest): void {
  it('fills what was left out with the defaults of the contract', async ({ backlog }) => {
    const before = Date.now();
    const card = await backlog.create({ id: 'A4', title: 'Write the parser' });
    const after = Date.now();

    expect(card).toEqual({
      id: 'A4',
      title: 'Write the parser',
      body: null,
      phase: null,
      priority: 0,
      status: 'ready',
      dependsOn: [],
      claimOwner: null,
      claimTtlSeconds: null,
      claimedAt: null,
      attempts: 0,
      idempotencyKey: null,
      acceptance: null,
      createdAt: card.createdAt,
      updatedAt: card.createdAt,
      rev: 1,
      labels: [],
      maxAttempts: null,
      notBefore: null,
      statusReason: null,
      result: null,
    });
    expect(new Date(card.createdAt).toISOString()).toBe(card.createdAt);
    expect(Date.parse(card.createdAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(card.createdAt)).toBeLessThanOrEqual(after);
  });

  it('keeps every field it is given, and get gives the same card back', async ({ backlog, other }) => {
    const fields = {
      id: 'A5',
      title: 'Write the lexer  — “quoted”, tabbed\tand long',
      body: 'First line\nSecond line\r\n\u001b[31m, 汉字, 🦔',
      phase: 'M1',
      priority: -7,
      dependsOn: ['A4', 'not-yet-there'],
      acceptance: { tests: ['passes', 1, true, null, { deep: [[]] }], '': 0 },
      idempotencyKey: 'key-5',
      labels: ['rust', 'hard work'],
      maxAttempts: 3,
      notBefore: fromNow(3600),
    };
    const card = await backlog.create(fields);
    expect(card).toMatchObject({ ...fields, status: 'ready', rev: 1 });
    expect(await backlog.get({ id: 'A5' })).toEqual(card);
    expect(await other.get({ id: 'A5' })).toEqual(card);
  });

  it('parks a card from the start when asked to, with its reason', async ({ backlog }) => {
    const card = await backlog.create({ id: 'A', title: 'Later', status: 'blocked', statusReason: 'Waits for legal.' });
    expect(card).toMatchObject({ status: 'blocked', statusReason: 'Waits for legal.' });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();
  });

  it('allows a dependency on a card that does not exist yet, and keeps the card waiting for it', async ({
    backlog,
  }) => {
    await backlog.create({ id: 'roof', title: 'Roof', dependsOn: ['walls'] });
    expect(await backlog.claim({ owner: 'w' })).toBeNull();

    await backlog.create({ id: 'walls', title: 'Walls' });
    expect(await backlog.claim({ owner: 'w', id: 'roof' })).toBeNull();
    await backlog.complete({ id: 'walls' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'roof' });
  });
}

function repeatedCreates(it: PromiseTest): void {
  it('with a repeated idempotency key gives the card that is there, unchanged', async ({ backlog, other }) => {
    await backlog.create({ id: 'A', title: 'First', idempotencyKey: 'k' });
    const claimed = await backlog.claim({ owner: 'w' });
    const before = await contents(backlog);

    expect(await other.create({ id: 'A', title: 'Second', idempotencyKey: 'k', priority: 9 })).toEqual(claimed);
    expect(await other.create({ id: 'B', title: 'Third', idempotencyKey: 'k' })).toEqual(claimed);
    expect(await contents(backlog)).toEqual(before);
    await refusal(backlog.get({ id: 'B' }), 'CARD_NOT_FOUND', 'B');
  });

  it('looks at the idempotency key before it looks for cycles', async ({ backlog }) => {
    const card = await backlog.create({ id: 'A', title: 'A', dependsOn: ['B'], idempotencyKey: 'k' });
    expect(await backlog.create({ id: 'A', title: 'A', dependsOn: ['A'], idempotencyKey: 'k' })).toEqual(card);
  });

  it('with an id that is taken is refused, and nothing is changed', async ({ backlog }) => {
    await backlog.create({ id: 'A', title: 'First', idempotencyKey: 'k' });
    const before = await contents(backlog);

    await refusal(backlog.create({ id: 'A', title: 'Second' }), 'CARD_EXISTS', 'A');
    await refusal(backlog.create({ id: 'A', title: 'Second', idempotencyKey: 'another' }), 'CARD_EXISTS', 'A');
    expect(await contents(backlog)).toEqual(before);
  });

  it('at the same time from two handles makes one card', async ({ backlog, other }) => {
    const answers = await Promise.allSettled(
      [backlog, other, backlog, other].map((handle, n) => handle.create({ id: 'A', title: `Title ${n}` })),
    );
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);

    const repeated = await Promise.all(
      [backlog, other, backlog, other].map((handle, n) =>
        handle.create({ id: `K${n}`, title: 'Once', idempotencyKey: 'once' }),
      ),
    );
    expect(new Set(repeated.map((card) => card.id)).size).toBe(1);
    expect((await backlog.list()).cards).toHaveLength(2);
  });
}

function idsAndLimits(it: PromiseTest): void {
  const unusual = [
    ...['a', 'A', 'a.json', 'A4.md', '-rf', '..', '.', '.hidden', 'a/b', 'a\\b', '/etc/passwd', '../up', 'a:b', 'a b'],
    ...['%41', '%', '100%', 'CON', 'nul.txt', '~', '$HOME', '*', '"quoted"', "it's", 'ä', 'a\u0308', 'Ä', '汉字', '🦔'],
    ...[
      '__proto__',
      'constructor',
      'toString',
      '0',
      '-0',
      'null',
      'a'.repeat(128),
      '漢'.repeat(42),
      'İ',
      'ı',
      'ß',
      'ſ',
    ],
  ];

  it('takes any printable text as an id, and no two ids meet', async ({ backlog, other }) => {
    for (const id of unusual) await backlog.create({ id, title: `Card ${id}` });
    for (const id of unusual) expect(await other.get({ id })).toMatchObject({ id, title: `Card ${id}` });

    const { cards } = await other.list();
    expect(cards.map((card) => card.id).toSorted()).toEqual(unusual.toSorted());
    for (const id of unusual) expect(await other.complete({ id })).toMatchObject({ id, status: 'done' });
  });

  const refusedIds = {
    'nothing at all': '',
    blanks: '   ',
    'a line break': 'a\nb',
    'a zero byte': 'a\u0000b',
    'an escape character': 'a\u001b[31mb',
    'a C1 control character': 'a\u0085b',
    'half a surrogate pair': 'a\ud83d',
    'a line separator': 'a\u2028b',
    'a direction override': 'a\u202eb',
    '129 bytes': 'a'.repeat(129),
    '43 characters of 3 bytes': '漢'.repeat(43),
  };
  for (const [what, id] of Object.entries(refusedIds)) {
    it(`refuses an id of ${what}`, async ({ backlog }) => {
      await refusal(backlog.create({ id, title: 'Title' }), 'INVALID_INPUT', 'id');
      expect((await backlog.list()).cards).toEqual([]);
    });
  }

  it('takes any 32-bit signed integer as a priority, and nothing beside', async ({ backlog }) => {
    for (const priority of [2_147_483_647, -2_147_483_648, 0]) {
      expect(await backlog.create({ id: `P${priority}`, title: 'P', priority })).toMatchObject({ priority });
    }
    for (const priority of [2_147_483_648, -2_147_483_649, 1.5, Number.NaN, Infinity, '1', null, true]) {
      await refusal(call(backlog, 'create', { id: 'X', title: 'X', priority }), 'INVALID_INPUT', 'priority');
    }
  });
}
