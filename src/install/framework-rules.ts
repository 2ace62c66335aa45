/** What is to be done with each file of the framework in a home, from what was, is and should be there. Pure. */

/** What to do with a file that the user has changed. */
export type ChangedFile = 'replace' | 'keep';
export type Decide = (path: string) => ChangedFile;

export type FrameworkRecord = ReadonlyMap<string, readonly string[]>;

export interface FrameworkView {
  /** The checksums of what the package brings, by path. */
  readonly shipped: ReadonlyMap<string, string>;
  /** Of what an installation before has put there; one that was cut short may have put the one or the other. */
  readonly before: FrameworkRecord;
  /** Of what is there now; null for something that is no file. What is not in it is not there. */
  readonly present: ReadonlyMap<string, string | null>;
}

export type FrameworkStep =
  | { readonly kind: 'write'; readonly path: string }
  /** The user's own is put aside first. */
  | { readonly kind: 'replace-changed'; readonly path: string }
  | { readonly kind: 'keep-changed'; readonly path: string }
  /** Not shipped any more, and as we have put it there. */
  | { readonly kind: 'remove'; readonly path: string }
  /** Not shipped any more, and changed: from now on it is the user's. */
  | { readonly kind: 'leave'; readonly path: string }
  /** A folder or a link has the name: whoever put it there had a reason. */
  | { readonly kind: 'in-the-way'; readonly path: string };

export function frameworkSteps(view: FrameworkView, decide: Decide): readonly FrameworkStep[] {
  const paths = [...new Set([...view.shipped.keys(), ...view.before.keys()])].sort();
  return paths.flatMap((path) => stepFor(path, view, decide) ?? []);
}

function stepFor(path: string, { shipped, before, present }: FrameworkView, decide: Decide): FrameworkStep | null {
  const wanted = shipped.get(path);
  const found = present.get(path);
  if (wanted === undefined) {
    if (found === undefined) return null;
    return { kind: isOurs(path, found, before) ? 'remove' : 'leave', path };
  }
  if (found === wanted) return null;
  if (found === undefined || isOurs(path, found, before)) return { kind: 'write', path };
  if (found === null) return { kind: 'in-the-way', path };
  return { kind: decide(path) === 'keep' ? 'keep-changed' : 'replace-changed', path };
}

function isOurs(path: string, found: string | null, before: FrameworkRecord): boolean {
  return found !== null && (before.get(path) ?? []).includes(found);
}

/** What the record says before the first step: whatever is there, if we are cut short, was put there by us. */
export function recordAmid({ shipped, before }: FrameworkView, steps: readonly FrameworkStep[]): FrameworkRecord {
  const amid = new Map(before);
  for (const { path } of steps.filter(({ kind }) => !UNTOUCHED.has(kind))) {
    amid.set(path, [...new Set([...(before.get(path) ?? []), ...listed(shipped.get(path))])]);
  }
  return amid;
}

/** What the record says when the steps are done. What was kept is still known by what we had put there. */
export function recordAfter({ shipped, before }: FrameworkView, steps: readonly FrameworkStep[]): FrameworkRecord {
  const untouched = new Set(steps.filter(({ kind }) => UNTOUCHED.has(kind)).map(({ path }) => path));
  return new Map(
    [...shipped].flatMap(([path, checksum]): [string, readonly string[]][] => {
      const recorded = untouched.has(path) ? before.get(path) : [checksum];
      return recorded === undefined ? [] : [[path, recorded]];
    }),
  );
}

function listed(checksum: string | undefined): readonly string[] {
  return checksum === undefined ? [] : [checksum];
}

const UNTOUCHED: ReadonlySet<FrameworkStep['kind']> = new Set(['keep-changed', 'in-the-way', 'leave']);
