/** An empty file store in a folder of its own, for tests on every floor. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backlog } from '../../src/backlog/backlog.ts';
import { openBacklog } from '../../src/backlog/open.ts';

export interface FileStore {
  readonly mosaicHome: string;
  /** `fleet/backlog` in it. */
  readonly root: string;
  open(options: { readonly actor: string }): Promise<Backlog>;
  remove(): Promise<void>;
}

export async function newFileStore(): Promise<FileStore> {
  const mosaicHome = await mkdtemp(join(tmpdir(), 'mosaic-test-'));
  return {
    mosaicHome,
    root: join(mosaicHome, 'fleet', 'backlog'),
    open: ({ actor }) => openBacklog({ mosaicHome, actor }),
    remove: () => rm(mosaicHome, { recursive: true, force: true }),
  };
}
