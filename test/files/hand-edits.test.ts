/** People edit files: a valid edit is a change like any other, and the next command knows of it. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { given, ids } from '../contract/given.ts';
import { refusal } from '../contract/refusal.ts';
import { byHand as it, cardPath, readCard, WAYS_TO_WRITE } from './by-hand.ts';

for (const [way, write] of Object.entries(WAYS_TO_WRITE)) {
  describe(`a card file ${way}`, () => {
    it('is taken up as a change of the card, made by nobody the program knows', async ({ store, backlog }) => {
      await given(backlog, { id: 'A' }, { id: 'B', priority: 1 });
      write(cardPath(store, 'A.json'), JSON.stringify({ ...readCard(store, 'A.json'), title: 'By hand', priority: 9 }));

      expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A', title: 'By hand', priority: 9, rev: 3 });
      expect(await backlog.history({ id: 'A' })).toMatchObject([
        { kind: 'imported', rev: 1 },
        { kind: 'edited', by: null, from: 'ready', to: 'ready', rev: 2 },
        { kind: 'claimed', rev: 3 },
      ]);
    });

    it('is noticed by every command that reads', async ({ store, backlog }) => {
      await given(backlog, { id: 'A' }, { id: 'B', dependsOn: ['A'] });
      const edit = (change: object): void =>
        write(cardPath(store, 'A.json'), JSON.stringify({ ...readCard(store, 'A.json'), ...change }));
      edit({ title: 'First' });
      expect(await backlog.get({ id: 'A' })).toMatchObject({ title: 'First' });
      edit({ title: 'Second' });
      expect((await backlog.list({ text: 'second' })).cards).toMatchObject([{ id: 'A' }]);
      edit({ status: 'done' });
      expect(await backlog.stats()).toMatchObject({ byStatus: { done: 1, ready: 1 }, claimable: 1 });
      edit({ status: 'blocked', statusReason: 'By hand.' });
      expect(await backlog.explain({ id: 'B' })).toMatchObject([
        { claimable: false, obstacles: [{ kind: 'dependency', id: 'A', status: 'blocked' }] },
      ]);
      edit({ status: 'ready', statusReason: null });
      expect((await backlog.history({ id: 'A' })).at(-1)).toMatchObject({
        kind: 'edited',
        from: 'blocked',
        to: 'ready',
      });
    });

    it('is noticed by a process that was not there', async ({ store, backlog }) => {
      await given(backlog, { id: 'A' }, { id: 'B', priority: 1 });
      await backlog.close();
      write(cardPath(store, 'A.json'), JSON.stringify({ ...readCard(store, 'A.json'), priority: 9 }));
      const next = await store.open({ actor: 'next' });
      expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
      await next.close();
    });

    it('that ends a claim by hand makes the worker lose it', async ({ store, backlog }) => {
      await given(backlog, { id: 'A' });
      await backlog.claim({ owner: 'w' });
      const free = { status: 'ready', claimOwner: null, claimTtlSeconds: null, claimedAt: null };
      write(cardPath(store, 'A.json'), JSON.stringify({ ...readCard(store, 'A.json'), ...free }));
      await refusal(backlog.complete({ id: 'A', owner: 'w', attempt: 1 }), 'CLAIM_LOST', 'A');
      expect(await backlog.get({ id: 'A' })).toMatchObject(free);
    });

    it('keeps what the program does not know', async ({ store, backlog }) => {
      await given(backlog, { id: 'A' });
      write(cardPath(store, 'A.json'), JSON.stringify({ ...readCard(store, 'A.json'), estimate: { hours: 3 } }));
      await backlog.claim({ owner: 'w' });
      expect(readCard(store, 'A.json')).toMatchObject({ estimate: { hours: 3 }, claimOwner: 'w' });
    });
  });
}

describe('a card file made by hand', () => {
  it('is a new card, with the defaults of create', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    writeFileSync(cardPath(store, 'new-1.json'), '{ "id": "new-1", "title": "By hand", "priority": 5 }');
    expect(ids((await backlog.list()).cards)).toEqual(['new-1', 'A']);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'new-1', attempts: 1, labels: [] });
    expect(await backlog.history({ id: 'new-1' })).toMatchObject([
      { kind: 'edited', by: null, from: null, to: 'ready' },
      { kind: 'claimed', by: 'w' },
    ]);
  });

  it('may be the first one, in a folder that nobody but the hand has made', async ({ store }) => {
    mkdirSync(`${store.root}/cards`, { recursive: true });
    writeFileSync(cardPath(store, 'A.json'), '{"id":"A","title":"By hand"}');
    const backlog = await store.open({ actor: 'first' });
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
    await backlog.close();
  });

  it('satisfies a dependency that waited for it', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', dependsOn: ['base'] });
    writeFileSync(cardPath(store, 'base.json'), '{"id":"base","title":"Base","status":"done"}');
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A' });
  });

  it('is noticed though it was made within the same millisecond as a change', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    const folder = cardPath(store, '');
    const changedMs = Math.round(statSync(folder).mtimeMs);
    writeFileSync(cardPath(store, 'B.json'), '{"id":"B","title":"By hand","priority":9}');
    const sameMillisecond = (changedMs + 0.4) / 1000;
    utimesSync(folder, sameMillisecond, sameMillisecond);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'B' });
  });

  it('wakes a claim that waits', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', status: 'blocked' });
    const claim = backlog.claim({ owner: 'w', waitSeconds: 20 });
    writeFileSync(cardPath(store, 'B.json'), '{"id":"B","title":"By hand"}');
    expect(await claim).toMatchObject({ id: 'B' });
  });
});

describe('a card file deleted by hand', () => {
  it('is a card that is gone, and history says so', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' }, { id: 'B', dependsOn: ['A'] });
    rmSync(cardPath(store, 'A.json'));
    expect(ids((await backlog.list()).cards)).toEqual(['B']);
    await refusal(backlog.get({ id: 'A' }), 'CARD_NOT_FOUND', 'A');
    expect(await backlog.explain({ id: 'B' })).toMatchObject([
      { obstacles: [{ kind: 'dependency-missing', id: 'A' }] },
    ]);
    expect((await backlog.history({ id: 'A' })).at(-1)).toMatchObject({
      kind: 'deleted',
      by: null,
      from: 'ready',
      to: null,
    });
    expect(await backlog.create({ id: 'A', title: 'Again' })).toMatchObject({ title: 'Again' });
  });

  it('takes the claim of its worker with it', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    await backlog.claim({ owner: 'w' });
    rmSync(cardPath(store, 'A.json'));
    await refusal(backlog.complete({ id: 'A', owner: 'w' }), 'CARD_NOT_FOUND', 'A');
    expect((await backlog.list()).cards).toEqual([]);
  });

  it('and put back later is the card again', async ({ store, backlog }) => {
    await given(backlog, { id: 'A', labels: ['x'] });
    const content = readFileSync(cardPath(store, 'A.json'));
    rmSync(cardPath(store, 'A.json'));
    expect((await backlog.list()).cards).toEqual([]);
    writeFileSync(cardPath(store, 'A.json'), content);
    expect(await backlog.claim({ owner: 'w' })).toMatchObject({ id: 'A', labels: ['x'] });
  });
});

describe('a large store', () => {
  it('notices a file written over in place by the next list at the latest, and before the card is touched', async ({
    store,
    backlog,
  }) => {
    await given(backlog, ...Array.from({ length: 1200 }, (_, n) => ({ id: `card-${n}` })));
    const edit = (name: string): void =>
      writeFileSync(cardPath(store, name), JSON.stringify({ ...readCard(store, name), title: 'By hand' }));
    edit('card-7.json');
    expect(await backlog.complete({ id: 'card-7' })).toMatchObject({ title: 'By hand', rev: 3 });
    edit('card-8.json');
    expect(ids((await backlog.list({ text: 'by hand' })).cards).toSorted()).toEqual(['card-7', 'card-8']);
  });

  it('notices it by a list with a limit, too, when the card is among those that it shows', async ({
    store,
    backlog,
  }) => {
    await given(backlog, ...Array.from({ length: 1200 }, (_, n) => ({ id: `card-${n}` })));
    writeFileSync(
      cardPath(store, 'card-1.json'),
      JSON.stringify({ ...readCard(store, 'card-1.json'), title: 'By hand' }),
    );
    const { cards } = await backlog.list({ limit: 3 });
    expect(cards.map(({ title }) => title)).toEqual(['Card card-0', 'By hand', 'Card card-10']);
  });
});

describe('when the next command has to recover first, since a process was killed', () => {
  it('what stands where a committed change belongs makes room for it, and is kept', async ({ store, backlog }) => {
    await given(backlog, { id: 'A' });
    const before = readCard(store, 'A.json');
    await backlog.update({ id: 'A', title: 'Committed' });
    await backlog.close();
    writeFileSync(join(store.root, 'registry.lock', '1000'), '');
    writeFileSync(cardPath(store, 'A.json'), JSON.stringify({ ...before, title: 'By hand' }));

    const next = await store.open({ actor: 'next' });
    expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'A', title: 'Committed' });
    expect(readFileSync(join(store.root, 'aside', '1.A.json'), 'utf8')).toContain('By hand');
    await next.close();
  });

  it('what is no card is kept, too, though its date is one that this program might have given it', async ({
    store,
    backlog,
  }) => {
    await given(backlog, { id: 'A' });
    await backlog.update({ id: 'A', title: 'Committed' });
    await backlog.close();
    writeFileSync(join(store.root, 'registry.lock', '1000'), '');
    writeFileSync(cardPath(store, 'A.json'), 'a draft');
    utimesSync(cardPath(store, 'A.json'), 1_700_000_000.1234, 1_700_000_000.123_000_1);

    const next = await store.open({ actor: 'next' });
    expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'A', title: 'Committed' });
    expect(readFileSync(join(store.root, 'aside', '1.A.json'), 'utf8')).toBe('a draft');
    await next.close();
  });

  for (const openCards of [2, 60]) {
    it(`among ${openCards} cards it still sees what was put there, changed and taken away`, async ({
      store,
      backlog,
    }) => {
      const cards = Array.from({ length: openCards }, (_, index) => ({ id: `c${index}` }));
      await given(backlog, { id: 'gone' }, { id: 'changed' }, ...cards);
      await backlog.complete({ id: 'gone' });
      await backlog.update({ id: 'changed', title: 'The last change' });
      await backlog.close();
      // Taken by somebody of whom a power cut has left nothing.
      writeFileSync(join(store.root, 'registry.lock', '1000'), '');
      writeFileSync(cardPath(store, 'new.json'), JSON.stringify({ id: 'new', title: 'By hand', priority: 9 }));
      rmSync(cardPath(store, 'gone.json'));

      const next = await store.open({ actor: 'next' });
      expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'new' });
      await refusal(next.get({ id: 'gone' }), 'CARD_NOT_FOUND', 'gone');
      expect(
        (await next.history())
          .slice(-3)
          .map(({ kind, id }) => `${kind} ${id}`)
          .toSorted(),
      ).toEqual(['claimed new', 'deleted gone', 'edited new']);
      await next.close();
    });
  }
});
