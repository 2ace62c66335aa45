/** A standby: a server that follows another one, and lets itself be read. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { collect, given, take } from '../../contract/given.ts';
import { refusal } from '../../contract/refusal.ts';
import { opened } from '../opened.ts';
import { startServer } from '../server.ts';

it('a standby lets everything be read and takes no changes', async () => {
  const server = await startServer();
  onTestFinished(() => server.remove());
  const [{ folder } = { folder: '' }] = await server.query(`select current_setting('data_directory') as folder`);
  const { url } = await server.createDatabase();
  const primary = await opened(url);
  await given(primary, { id: 'a' }, { id: 'b', dependsOn: ['a'] });
  await primary.close();
  await server.stop('fast');
  await writeFile(join(String(folder), 'standby.signal'), '');
  await server.start();

  const backlog = await opened(url);
  expect((await backlog.list()).cards).toMatchObject([{ id: 'a' }, { id: 'b' }]);
  expect(await backlog.stats()).toMatchObject({ total: 2, claimable: 1 });
  expect(await backlog.get({ id: 'a' })).toMatchObject({ title: 'Card a' });
  expect(await backlog.explain({ id: 'b' })).toMatchObject([{ claimable: false }]);
  expect(await backlog.history()).toHaveLength(2);
  expect(await collect(backlog.export())).toHaveLength(2);
  expect((await backlog.doctor()).findings).toEqual([]);
  for (const change of [
    () => backlog.claim({ owner: 'w' }),
    () => backlog.create({ id: 'c', title: 'C' }),
    () => backlog.complete({ id: 'a' }),
    () => backlog.claim({ owner: 'w', waitSeconds: 5 }),
  ]) {
    const error = await refusal(change(), 'DATABASE_READ_ONLY', 'takes no changes', 'Nothing was changed.');
    expect(error.hint).toContain('primary');
  }
  expect(await take(backlog.watch({ since: 0 }), 2)).toEqual(await backlog.history());
  const nowhere = await opened(server.url());
  await refusal(nowhere.list(), 'DATABASE_READ_ONLY', 'takes no changes');
});
