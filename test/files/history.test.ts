/** History where the lock has moved on without a change. */
import { expect, onTestFinished, test } from 'vitest';
import { newFileStore } from './file-store.ts';

test('the last change is told however many commands have changed nothing since', async () => {
  const store = await newFileStore();
  onTestFinished(() => store.remove());
  const backlog = await store.open({ actor: 'ann' });
  await backlog.create({ id: 'A', title: 'A', status: 'blocked' });
  for (let n = 0; n < 100; n += 1) expect(await backlog.claim({ owner: 'w' })).toBeNull();
  expect(await backlog.history()).toMatchObject([{ id: 'A', kind: 'created' }]);
  await backlog.close();
});
