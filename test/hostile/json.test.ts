/** JSON that was made to hurt: it is refused with the reason, or taken as it is, and pollutes, overflows and crashes nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MosaicError } from '../../src/errors.ts';
import { newFileStore } from '../files/file-store.ts';
import { script } from './surroundings.ts';

const DEEP = 200_000;
const deep = `${'['.repeat(DEEP)}1${']'.repeat(DEEP)}`;
const deepObject = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`;

const HURTFUL: Readonly<Record<string, string | Buffer>> = {
  'nested two hundred thousand lists deep': `{"id":"X","title":"T","result":${deep}}`,
  'nested two hundred thousand objects deep': `{"id":"X","title":"T","acceptance":${deepObject}}`,
  'with a member named __proto__': '{"id":"X","title":"T","__proto__":{"status":"done","polluted":true}}',
  'with __proto__ further in': '{"id":"X","title":"T","result":{"__proto__":{"polluted":true}}}',
  'with a constructor': '{"id":"X","title":"T","constructor":{"prototype":{"polluted":true}}}',
  'with a number beyond all numbers': '{"id":"X","title":"T","priority":1e999}',
  'with a number that is no whole one': '{"id":"X","title":"T","priority":0.5}',
  'with half a character': '{"id":"X","title":"T\\ud800"}',
  'with an id of control characters': '{"id":"X\\u001b[2J\\u0000","title":"T"}',
  'with an id that is a path': '{"id":"../../../etc/passwd","title":"T"}',
  'with a title of a megabyte': `{"id":"X","title":"${'T'.repeat(1_000_000)}"}`,
  'with a hundred thousand edges': `{"id":"X","title":"T","dependsOn":${JSON.stringify(Array.from({ length: 100_000 }, (_, n) => `d${n}`))}}`,
  'with a member twice': '{"id":"X","title":"T","priority":1,"priority":2}',
  'that begins with a mark of its byte order': '\ufeff{"id":"X","title":"T"}',
  'that is not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
};

for (const [what, content] of Object.entries(HURTFUL)) {
  test(`a card ${what}, imported, in a batch and in a file`, { timeout: 60_000 }, async () => {
    const store = await newFileStore();
    onTestFinished(() => store.remove());
    const backlog = await store.open({ actor: 'test' });
    await backlog.create({ id: 'good', title: 'A good card' });
    const text = typeof content === 'string' ? content : content.toString('latin1');

    await honest(() => backlog.import({ lines: [text] }));
    await honest(() => backlog.batch({ lines: [text.replace('{', '{"op":"create",')] }));
    writeFileSync(join(store.root, 'cards', 'X.json'), content);
    await honest(() => backlog.list({ archived: true }));
    await honest(() => backlog.explain());
    await honest(() => backlog.doctor());
    expect('polluted' in {}).toBe(false);
    const claimed = await backlog.claim({ owner: 'w', id: 'good' });
    expect(claimed).toMatchObject({ id: 'good' });
    await honest(() => backlog.doctor({ fix: true }));
    expect(await backlog.get({ id: 'good' })).toMatchObject({ claimOwner: 'w' });
    await backlog.close();
  });
}

/** An answer, or a refusal that says why; no other error. */
async function honest(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof MosaicError) || error.code === 'INTERNAL') throw error;
    expect(error.message.length).toBeLessThan(2000);
  }
}

test('a card that grows beyond what a card may be is refused, and stays as it was', async () => {
  const store = await newFileStore();
  onTestFinished(() => store.remove());
  const backlog = await store.open({ actor: 'test' });
  await backlog.create({ id: 'A', title: 'A card' });
  const megabyte = 'x'.repeat(1_000_000);
  const large = Array.from({ length: 20 }, () => megabyte);
  const refused = { code: 'INVALID_INPUT', message: 'Card A would be larger than 16 MiB. Nothing was changed.' };
  await expect(backlog.complete({ id: 'A', result: large })).rejects.toMatchObject(refused);
  await expect(backlog.update({ id: 'A', acceptance: large })).rejects.toMatchObject(refused);
  const line = JSON.stringify({ id: 'B', title: 'Imported', result: large });
  await expect(backlog.import({ lines: [line] })).rejects.toMatchObject({ message: expect.stringContaining('16 MiB') });

  // Just below the limit: what the program itself writes into the card later still fits.
  await backlog.update({ id: 'A', acceptance: [...large.slice(4), 'x'.repeat(770_000)] });
  await backlog.claim({ owner: 'w' });
  await backlog.fail({ id: 'A', owner: 'w', reason: 'r'.repeat(60_000) });
  await backlog.close();
  const next = await store.open({ actor: 'test' });
  expect(await next.claim({ owner: 'w' })).toMatchObject({ id: 'A', attempts: 2 });
  expect((await next.doctor()).findings).toEqual([]);
  await next.close();
});

test('a line without end is refused before it fills the memory', { timeout: 120_000 }, async () => {
  const endless = `node -e 'const part = "x".repeat(1 << 20); const write = (failed) => failed || process.stdout.write(part, write); write()'`;
  const { status, stderr } = await script(`${endless} 2> /dev/null | $MOSAIC import -`);
  expect(status).toBe(2);
  expect(stderr).toContain('line 1 is longer than 64 MiB');
});
