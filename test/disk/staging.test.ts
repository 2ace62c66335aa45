/** Fencing somebody off: what is taken from them first. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FileSystem } from '../../src/disk/filesystem.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';
import { removeStaging, Staging } from '../../src/disk/staging.ts';

test('whoever misses a file of theirs because they are being fenced off finds their name gone, too', () => {
  const parent = mkdtempSync(join(tmpdir(), 'mosaic-test-staging-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const staging = Staging.open(nodeFileSystem, parent, 'abcd', '{}');
  const staged = [1, 2, 3].map((byte) => staging.write(new Uint8Array([byte]), null));
  const seen: string[] = [];
  const lookAround = (): void => {
    const missing = staged.filter((path) => nodeFileSystem.stat(path) === null).length;
    seen.push(`${staging.isGone() ? 'gone' : 'there'}, ${missing} missing`);
  };
  const watched: FileSystem = {
    ...nodeFileSystem,
    // The worst order that a folder can be listed in.
    list: (path) => nodeFileSystem.list(path)?.toSorted() ?? null,
    remove(path) {
      const removed = nodeFileSystem.remove(path);
      lookAround();
      return removed;
    },
  };
  removeStaging(watched, join(parent, 'abcd'));
  expect(seen).toEqual(['gone, 0 missing', 'gone, 1 missing', 'gone, 2 missing', 'gone, 3 missing']);
});

test('whoever is fenced off puts nothing in place, and takes nothing away', () => {
  const parent = mkdtempSync(join(tmpdir(), 'mosaic-test-staging-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const staging = Staging.open(nodeFileSystem, parent, 'abcd', '{}');
  const staged = staging.write(new Uint8Array([1]), null);
  const place = Staging.open(nodeFileSystem, parent, 'ef01', '{}').write(new Uint8Array([2]), null);
  removeStaging(nodeFileSystem, join(parent, 'abcd'));
  expect(() => nodeFileSystem.rename(staged, place)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => nodeFileSystem.link(staged, `${place}.new`)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => staging.takeAway(place)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => staging.write(new Uint8Array([3]), null)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(nodeFileSystem.readFile(place)?.bytes).toEqual(Buffer.from([2]));
});
