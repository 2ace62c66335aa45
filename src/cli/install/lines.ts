/** What an installation has done, as lines. */
import type { FrameworkStep } from '../../install/framework-rules.ts';
import type { FrameworkChange, RemovedFramework } from '../../install/framework.ts';
import type { FrameworkPlaces, ProgramPlaces } from '../../install/places.ts';
import type { ProgramChange, RemovedProgram } from '../../install/program.ts';
import { printable } from '../print/text/escape.ts';
import type { Screen } from '../print/text/screen.ts';

export function programLines(
  { prefix, bin }: ProgramPlaces,
  change: ProgramChange,
  { paint }: Screen,
): readonly string[] {
  const { from, to, foreign } = change;
  const was = from === null ? '' : `, in the place of ${from}`;
  const state = from === to ? `is there already, under ${prefix}` : `is installed under ${prefix}${was}`;
  const others = foreign.map((name) => `${bin}/${name} is another program, and stays; use the other name.`);
  return [
    `${paint.green('✓')} The program ${printable(to ?? '')} ${printable(state)}.\n`,
    ...others.map((line) => `${paint.yellow('!')} ${printable(line)}\n`),
  ];
}

const SAYINGS: Readonly<Partial<Record<FrameworkStep['kind'], string>>> = {
  'keep-changed': 'was changed by you, and stays as it is',
  'in-the-way': 'is no file, and stays as it is',
  leave: 'is not part of the framework any more; you have changed it, so it is yours now',
};

export function frameworkLines(
  { home }: FrameworkPlaces,
  change: FrameworkChange,
  { paint }: Screen,
): readonly string[] {
  const { steps, putAside } = change;
  const written = steps.filter(({ kind }) => kind === 'write' || kind === 'replace-changed').length;
  const removed = steps.filter(({ kind }) => kind === 'remove').length;
  const done = [counted(written, 'written'), counted(removed, 'removed')].filter((words) => words !== null);
  const state = done.length === 0 ? 'is there already' : done.join(' and ');
  const sayings = steps.flatMap(({ kind, path }) => (SAYINGS[kind] === undefined ? [] : [`${path} ${SAYINGS[kind]}.`]));
  const kept = putAside.map((path) => `What you had changed is kept as ${path}.`);
  return [
    `${paint.green('✓')} The framework in ${printable(home)}: ${state}.\n`,
    ...[...sayings, ...kept].map((line) => `  ${printable(line)}\n`),
  ];
}

function counted(count: number, verb: string): string | null {
  if (count === 0) return null;
  return `${count} ${count === 1 ? 'file' : 'files'} ${verb}`;
}

export interface Removal {
  readonly program: RemovedProgram | null;
  readonly framework: RemovedFramework | null;
  readonly units: readonly string[];
  readonly purged: readonly string[];
  readonly stays: readonly string[];
}

export function removalLines({ program, framework, units, purged, stays }: Removal, home: string): readonly string[] {
  const folder = program?.folder ?? null;
  const removed = [
    ...(program?.links ?? []),
    ...(folder === null ? [] : [folder]),
    ...units,
    ...(framework?.removed ?? []).map((path) => `${home}/${path}`),
    ...purged,
  ];
  const left = (framework?.left ?? []).map((path) => `${home}/${path} was changed by you, and stays.`);
  const data = stays.length === 0 ? [] : ['Your data stays where it is:', ...stays.map((path) => `  ${path}`)];
  const first = removed.length === 0 ? ['Nothing was installed there.'] : removed.map((path) => `Removed: ${path}`);
  return [...first, ...left, ...data].map((line) => `${printable(line)}\n`);
}

export interface InstallationFinding {
  /** `to-do`: an installation would change it; `note`: worth knowing, and nothing that an installation changes. */
  readonly level: 'good' | 'note' | 'to-do';
  readonly text: string;
}

export function findingLines(findings: readonly InstallationFinding[], { paint }: Screen): readonly string[] {
  const signs = { good: paint.green('✓'), note: paint.yellow('!'), 'to-do': paint.yellow('→') };
  return findings.map(({ level, text }) => `${signs[level]} ${printable(text)}\n`);
}
