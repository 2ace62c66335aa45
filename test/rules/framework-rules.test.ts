/** What becomes of each file of the framework, and of nothing else. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decide,
  frameworkSteps,
  type FrameworkView,
  recordAfter,
  recordAmid,
} from '../../src/install/framework-rules.ts';
import { isPreserved, PRESERVED_PATHS } from '../../src/install/preserved-paths.ts';

const replace: Decide = () => 'replace';
const keep: Decide = () => 'keep';

type Entries<T> = Readonly<Record<string, T>>;

function view(shipped: Entries<string>, before: Entries<string>, present: Entries<string | null>): FrameworkView {
  const recorded = new Map(Object.entries(before).map(([path, checksum]) => [path, [checksum]]));
  return { shipped: new Map(Object.entries(shipped)), before: recorded, present: new Map(Object.entries(present)) };
}

describe('a file of the framework', () => {
  it('that is as it should be is left alone', () => {
    expect(frameworkSteps(view({ a: '1' }, {}, { a: '1' }), replace)).toEqual([]);
  });

  it('that is missing is written, also when the user has deleted it', () => {
    const steps = [{ kind: 'write', path: 'a' }];
    expect(frameworkSteps(view({ a: '1' }, {}, {}), replace)).toEqual(steps);
    expect(frameworkSteps(view({ a: '1' }, { a: '1' }, {}), replace)).toEqual(steps);
  });

  it('that is as an installation before has put it there is replaced', () => {
    expect(frameworkSteps(view({ a: '2' }, { a: '1' }, { a: '1' }), keep)).toEqual([{ kind: 'write', path: 'a' }]);
  });

  it('that the user has changed, or had before any installation, is put aside first, or kept', () => {
    for (const before of [{ a: '1' }, {}]) {
      const changed = view({ a: '2' }, before, { a: 'mine' });
      expect(frameworkSteps(changed, replace)).toEqual([{ kind: 'replace-changed', path: 'a' }]);
      expect(frameworkSteps(changed, keep)).toEqual([{ kind: 'keep-changed', path: 'a' }]);
    }
  });

  it('that is a folder or a link is never replaced', () => {
    expect(frameworkSteps(view({ a: '1' }, {}, { a: null }), replace)).toEqual([{ kind: 'in-the-way', path: 'a' }]);
  });

  it('that is not shipped any more goes, unless the user has changed it', () => {
    expect(frameworkSteps(view({}, { a: '1' }, { a: '1' }), replace)).toEqual([{ kind: 'remove', path: 'a' }]);
    expect(frameworkSteps(view({}, { a: '1' }, { a: 'mine' }), replace)).toEqual([{ kind: 'leave', path: 'a' }]);
    expect(frameworkSteps(view({}, { a: '1' }, {}), replace)).toEqual([]);
  });
});

const name = fc.constantFrom('a', 'b', 'c');
const checksum = fc.constantFrom('1', '2', 'mine');
const someView = fc
  .tuple(fc.dictionary(name, checksum), fc.dictionary(name, checksum), fc.dictionary(name, fc.option(checksum)))
  .map((parts) => view(...parts));

describe('after an installation', () => {
  it('a second one has nothing to do', () => {
    fc.assert(
      fc.property(someView, fc.constantFrom(replace, keep), (before, decide) => {
        const steps = frameworkSteps(before, decide);
        const present = new Map(before.present);
        for (const { kind, path } of steps) {
          if (kind === 'write' || kind === 'replace-changed') present.set(path, before.shipped.get(path) ?? null);
          if (kind === 'remove') present.delete(path);
        }
        const again = frameworkSteps({ ...before, before: recordAfter(before, steps), present }, decide);
        const untouched = again.every(({ kind }) => kind === 'keep-changed' || kind === 'in-the-way');
        expect(untouched).toBe(true);
      }),
    );
  });

  it('that was cut short, what it has put there is not taken for a change of the user', () => {
    fc.assert(
      fc.property(someView, fc.dictionary(name, checksum), fc.nat(3), (before, later, count) => {
        const steps = frameworkSteps(before, replace);
        const present = new Map(before.present);
        for (const { kind, path } of steps.slice(0, count)) {
          if (kind === 'write' || kind === 'replace-changed') present.set(path, before.shipped.get(path) ?? null);
          if (kind === 'remove') present.delete(path);
        }
        const shipped = new Map(Object.entries(later));
        const again = frameworkSteps({ shipped, before: recordAmid(before, steps), present }, replace);
        const putByUs = new Set(steps.slice(0, count).map(({ path }) => path));
        const mistaken = again.filter(({ kind, path }) => kind === 'replace-changed' && putByUs.has(path));
        // A file whose step was to do nothing is the user's still.
        expect(mistaken.filter(({ path }) => before.present.get(path) !== present.get(path))).toEqual([]);
      }),
    );
  });

  it('nothing that the user has written is gone without having been put aside', () => {
    fc.assert(
      fc.property(someView, fc.constantFrom(replace, keep), (before, decide) => {
        for (const { kind, path } of frameworkSteps(before, decide)) {
          const found = before.present.get(path);
          const isOurs = typeof found === 'string' && (before.before.get(path) ?? []).includes(found);
          if (kind === 'write') expect(found === undefined || isOurs).toBe(true);
          if (kind === 'remove') expect(isOurs).toBe(true);
        }
      }),
    );
  });
});

describe('a preserved path', () => {
  it.each(PRESERVED_PATHS.map((path) => path.replace('*', 'roster')))('%s is one, with all that is in it', (path) => {
    expect(isPreserved(path)).toBe(true);
    expect(isPreserved(`${path}/deep/file`)).toBe(true);
  });

  it('is not one by half of its name, or at another place', () => {
    for (const path of [
      'SOUL.md.old',
      'memory2',
      'guides/SOUL.md',
      'fleet/presets/one.yaml',
      'fleet/rosterXyaml',
      'fleet',
    ]) {
      expect(isPreserved(path), path).toBe(false);
    }
  });

  it('is one in any case of its letters: a disk may not tell them apart', () => {
    expect(isPreserved('soul.md')).toBe(true);
  });
});
