/** Framework files are the project's: an update replaces them, and keeps what their user had made of them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Installation } from './installation.ts';
import { filesIn, isThere, lines, sha256 } from './listing.ts';
import { packageWith, writeInto } from './packages.ts';

const first = packageWith({
  version: '0.1.0',
  framework: { 'guides/a.md': 'a, one\n', 'guides/old.md': 'old\n', 'guides/old folder/old.md': 'old, too\n' },
});
const second = packageWith({ version: '0.2.0', framework: { 'guides/a.md': 'a, two\n', 'guides/new.md': 'new\n' } });

const FRAMEWORK = ['--framework', '--yes'] as const;
const PLACES = ['guides', 'fleet/presets', 'systemd'];

let installation: Installation;

beforeEach(async () => {
  installation = new Installation();
  await installation.ok(first, FRAMEWORK);
});

function pathOf(path: string): string {
  return join(installation.home, path);
}

function text(path: string): string {
  return readFileSync(pathOf(path), 'utf8');
}

/** The copies that were made of changed files, by their path under `replaced`. */
function copies(): readonly string[] {
  const folder = pathOf('fleet/run/replaced');
  return isThere(folder) ? filesIn(folder) : [];
}

function shipped(source: string): readonly string[] {
  return filesIn(join(source, 'fixtures', 'framework'));
}

describe('an update', () => {
  it('brings the home to exactly what is shipped, and writes down what it has put there', async () => {
    for (const source of [second, first, second]) {
      await installation.ok(source, FRAMEWORK);
      const put = filesIn(installation.home).filter((path) => PLACES.some((place) => path.startsWith(`${place}/`)));
      expect(put.toSorted()).toEqual(shipped(source).toSorted());
      for (const path of put) expect(text(path)).toBe(readFileSync(join(source, 'fixtures/framework', path), 'utf8'));
      const written = text('fleet/run/framework.json');
      for (const path of put) expect(written).toContain(sha256(pathOf(path)));
    }
    expect(copies()).toEqual([]);
    expect(isThere(pathOf('guides/old folder'))).toBe(false);
  });

  it('keeps a copy of a file that its user had changed, once', async () => {
    writeFileSync(pathOf('guides/a.md'), 'mine\n');
    const digest = sha256(pathOf('guides/a.md')).slice(0, 8);
    const said = await installation.ok(second, FRAMEWORK);
    expect(text('guides/a.md')).toBe('a, two\n');
    expect(copies()).toEqual([`guides/a.md.${digest}`]);
    expect(text(`fleet/run/replaced/guides/a.md.${digest}`)).toBe('mine\n');
    expect(said).toContain(`fleet/run/replaced/guides/a.md.${digest}`);
    const before = lines(installation.home, 'everything');
    await installation.ok(second, FRAMEWORK);
    expect(lines(installation.home, 'everything')).toEqual(before);
    // The same change again is kept already; another one is not.
    writeFileSync(pathOf('guides/a.md'), 'mine\n');
    await installation.ok(first, FRAMEWORK);
    expect(copies()).toEqual([`guides/a.md.${digest}`]);
    writeFileSync(pathOf('guides/a.md'), 'mine again\n');
    await installation.ok(second, FRAMEWORK);
    expect(copies()).toHaveLength(2);
  });

  it('to the same version also puts back what was changed or taken away', async () => {
    writeFileSync(pathOf('guides/a.md'), 'mine\n');
    rmSync(pathOf('guides/old.md'));
    await installation.ok(first, FRAMEWORK);
    expect(text('guides/a.md')).toBe('a, one\n');
    expect(text('guides/old.md')).toBe('old\n');
    expect(copies()).toHaveLength(1);
  });

  it('a change that is what comes anyhow is nothing to be kept', async () => {
    writeFileSync(pathOf('guides/a.md'), 'a, two\n');
    await installation.ok(second, FRAMEWORK);
    expect(copies()).toEqual([]);
  });

  it('takes away what is not shipped any more, unless its user has changed it', async () => {
    writeFileSync(pathOf('guides/old.md'), 'mine\n');
    await installation.ok(second, FRAMEWORK);
    expect(text('guides/old.md')).toBe('mine\n');
    expect(isThere(pathOf('guides/old folder/old.md'))).toBe(false);
    // And it is the user's from now on: no later update takes it for its own again.
    await installation.ok(second, FRAMEWORK);
    expect(text('guides/old.md')).toBe('mine\n');
  });

  it('leaves a file of the user that stood there before anything was shipped under its name, as a copy', async () => {
    writeInto(installation.home, 'guides/new.md', 'mine\n');
    await installation.ok(second, FRAMEWORK);
    expect(text('guides/new.md')).toBe('new\n');
    expect(copies()).toHaveLength(1);
    expect(text(`fleet/run/replaced/${copies()[0] ?? ''}`)).toBe('mine\n');
  });

  it('goes on when the note of what was put there is gone or damaged: what differs is kept as a copy', async () => {
    for (const damage of ['{"files": {"guides/a', '', 'null', '[]', '{}']) {
      await installation.ok(first, FRAMEWORK);
      writeFileSync(pathOf('guides/a.md'), 'mine\n');
      writeFileSync(pathOf('fleet/run/framework.json'), damage);
      await installation.ok(second, FRAMEWORK);
      expect(text('guides/a.md')).toBe('a, two\n');
      expect(copies().some((path) => text(`fleet/run/replaced/${path}`) === 'mine\n')).toBe(true);
    }
    rmSync(pathOf('fleet/run/framework.json'));
    await installation.ok(first, FRAMEWORK);
    expect(text('guides/a.md')).toBe('a, one\n');
  });

  it('removes nothing outside of the home, whatever the note says', async () => {
    const outside = join(installation.userHome, 'outside.md');
    writeFileSync(outside, 'old\n');
    writeInto(installation.home, 'memory/today.md', 'old\n');
    const note = text('fleet/run/framework.json');
    expect(note).toContain('"guides/old.md"');
    for (const path of ['../outside.md', outside, 'guides/../../outside.md', 'memory/today.md']) {
      writeFileSync(pathOf('fleet/run/framework.json'), note.replace('"guides/old.md"', JSON.stringify(path)));
      await installation.install(second, FRAMEWORK);
      expect(readFileSync(outside, 'utf8')).toBe('old\n');
      expect(text('memory/today.md')).toBe('old\n');
    }
  });
});

describe('with MOSAIC_INSTALL_MODE', () => {
  it('keep, a changed file stays as it is, and unchanged ones are replaced', async () => {
    writeFileSync(pathOf('guides/a.md'), 'mine\n');
    const env = { MOSAIC_INSTALL_MODE: 'keep' };
    await installation.ok(second, FRAMEWORK, { env });
    expect(text('guides/a.md')).toBe('mine\n');
    expect(text('guides/new.md')).toBe('new\n');
    expect(copies()).toEqual([]);
    const before = lines(installation.home, 'everything');
    await installation.ok(second, FRAMEWORK, { env });
    expect(lines(installation.home, 'everything')).toEqual(before);
    // It still counts as changed when another mode is asked for.
    await installation.ok(second, FRAMEWORK);
    expect(text('guides/a.md')).toBe('a, two\n');
    expect(copies()).toHaveLength(1);
  });

  it('prompt, where nobody can be asked it is as without', async () => {
    writeFileSync(pathOf('guides/a.md'), 'mine\n');
    await installation.ok(second, ['--framework'], { env: { MOSAIC_INSTALL_MODE: 'prompt' } });
    expect(text('guides/a.md')).toBe('a, two\n');
    expect(copies()).toHaveLength(1);
  });

  it('set to what there is not, it is refused, and nothing is changed', async () => {
    const before = installation.everything();
    const { status, stderr } = await installation.install(second, FRAMEWORK, { env: { MOSAIC_INSTALL_MODE: 'all' } });
    expect(status).toBe(2);
    expect(stderr).toContain('MOSAIC_INSTALL_MODE');
    expect(installation.everything()).toEqual(before);
  });
});

it('a file of the user where a folder has to be is left, and named', async () => {
  const other = new Installation();
  writeInto(other.home, 'guides', 'a file of mine\n');
  const { stdout, stderr } = await other.install(first);
  expect(`${stdout}${stderr}`).toContain('guides');
  expect(readFileSync(join(other.home, 'guides'), 'utf8')).toBe('a file of mine\n');
});
