/** Writing all of something, on disks that take little or nothing; and times, which must come back as they were set. */
import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bearsTime, type FileSystem, writeAll } from '../../src/disk/filesystem.ts';
import { nodeFileSystem } from '../../src/disk/node-filesystem.ts';

function diskThatTakes(write: FileSystem['write']): FileSystem {
  return { ...nodeFileSystem, write };
}

describe('writing all bytes', () => {
  it('goes on after a short write until everything is there', () => {
    const taken: number[] = [];
    const files = diskThatTakes((_, bytes) => {
      taken.push(...bytes.subarray(0, 2));
      return Math.min(2, bytes.length);
    });
    writeAll(files, 3, new Uint8Array([1, 2, 3, 4, 5]), '/cards/a.json');
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  it('counts a disk that takes nothing as a full one, and names the file', () => {
    const files = diskThatTakes(() => 0);
    expect(() => writeAll(files, 3, new Uint8Array(1), '/cards/a.json')).toThrow(
      expect.objectContaining({ code: 'ENOSPC', path: '/cards/a.json' }),
    );
  });

  it('names the file in the error of a system that knows only a descriptor', () => {
    const files = diskThatTakes(() => {
      throw Object.assign(new Error('EDQUOT: quota exceeded, write'), { code: 'EDQUOT', syscall: 'write' });
    });
    expect(() => writeAll(files, 3, new Uint8Array(1), '/cards/a.json')).toThrow(
      expect.objectContaining({ code: 'EDQUOT', path: '/cards/a.json' }),
    );
  });
});

describe('a time of last modification', () => {
  const beginMs = Date.UTC(2026, 0, 1);
  const times = Array.from({ length: 5000 }, (_, index) => beginMs + index * 10_007_003);

  it('that was set is borne, whatever millisecond it is; a microsecond to either side is somebody else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mosaic-times-'));
    const stat = () => ({ modifiedMs: statSync(folder).mtimeMs });
    for (const ms of times) {
      nodeFileSystem.setModifiedAt(folder, ms);
      expect(bearsTime(stat(), ms), `${ms} is ${stat().modifiedMs}`).toBe(true);
      for (const aside of [-0.0015, 0.0025]) {
        utimesSync(folder, (ms + aside) / 1000, (ms + aside) / 1000);
        expect(bearsTime(stat(), ms), `${stat().modifiedMs} beside ${ms}`).toBe(false);
      }
    }
    rmSync(folder, { recursive: true });
  });
});
