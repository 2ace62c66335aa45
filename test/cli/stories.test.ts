/** The stories, with a backlog in files. */
import { expect, it } from 'vitest';
import { Mosaic } from './mosaic.ts';
import { stories } from './stories.ts';

stories(async () => new Mosaic());

it('takes the home from the flag rather than from the environment', async () => {
  const [here, there] = [new Mosaic(), new Mosaic()];
  await here.create('A1');
  expect(await there.json(['list', '--mosaic-home', here.home])).toMatchObject([{ id: 'A1' }]);
});
