/** The contract, kept by the file store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBacklog } from '../../src/backlog/open.ts';
import { contractSuite } from './suite.ts';

contractSuite('the file store', async () => {
  const mosaicHome = await mkdtemp(join(tmpdir(), 'mosaic-contract-'));
  return {
    open: ({ actor }) => openBacklog({ mosaicHome, actor }),
    remove: () => rm(mosaicHome, { recursive: true, force: true }),
  };
});
