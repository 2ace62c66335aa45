/** The package holds what its users need, all of it and nothing else. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './source.ts';

const WANTED: readonly RegExp[] = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^bin\/(mosaic(-fleet)?\.js|start\.js|package\.json)$/,
  /^dist\/bin\/(program\.cjs|licenses\.txt)$/,
  /^dist\/(?!bin\/)[\w/-]+(\.js|\.d\.ts)$/,
  /^dist\/card\.schema\.json$/,
  /^fixtures\/[\w.@/-]+$/,
];

const INDISPENSABLE: readonly string[] = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'bin/mosaic.js',
  'bin/mosaic-fleet.js',
  'bin/package.json',
  'dist/bin/program.cjs',
  'dist/bin/licenses.txt',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/card.schema.json',
  ...['empty', 'four', 'mixed', 'one'].map((name) => `fixtures/framework/fleet/presets/${name}.yaml`),
  'fixtures/framework/guides/FLEET-BACKLOG.md',
  'fixtures/framework/systemd/user/mosaic-agent@.service',
  'fixtures/framework/systemd/user/mosaic-tmux-holder.service',
];

describe('the package', () => {
  let packed: readonly PackedFile[];

  beforeAll(() => {
    execFileSync(process.execPath, ['.ci/prepare.mjs'], { cwd: ROOT });
    packed = filesOfPackage();
  }, 120_000);

  it('holds every file its users need', () => {
    const paths = packed.map(({ path }) => path);
    expect(INDISPENSABLE.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('holds no other file', () => {
    const paths = packed.map(({ path }) => path);
    expect(paths.filter((path) => !WANTED.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it('lets its commands be run', () => {
    const commands = packed.filter(({ path }) => path.startsWith('bin/mosaic'));
    expect(commands.filter(({ mode }) => (mode & 0o111) === 0)).toEqual([]);
  });

  it('names no place on the machine that built it', () => {
    const places = [ROOT, `${homedir()}/`, '/home/', '/Users/'];
    const naming = packed.filter(({ path }) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return places.some((place) => text.includes(place));
    });
    expect(naming.map(({ path }) => path)).toEqual([]);
  });
});

describe('a command that is not built yet', () => {
  it.each(['mosaic', 'mosaic-fleet'])('says how to build it: %s', (command) => {
    const folder = mkdtempSync(join(tmpdir(), 'mosaic-fleet-unbuilt-'));
    try {
      cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
      cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin', `${command}.js`)], {
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: '',
        stderr: `${command} is not built yet. Run \`npm run build\` in the folder of mosaic-fleet, then try again.\n`,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

interface PackedFile {
  readonly path: string;
  readonly mode: number;
}

function filesOfPackage(): readonly PackedFile[] {
  const flags = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const [report]: readonly unknown[] = reportsOf(execFileSync('npm', flags, { cwd: ROOT, encoding: 'utf8' }));
  if (!isReport(report)) throw new Error('npm pack does not list the files of the package in the way this test knows.');
  return report.files;
}

function reportsOf(json: string): readonly unknown[] {
  const reports: unknown = JSON.parse(json);
  return Array.isArray(reports) ? reports : [];
}

function isReport(value: unknown): value is { readonly files: readonly PackedFile[] } {
  return typeof value === 'object' && value !== null && 'files' in value && Array.isArray(value.files);
}
