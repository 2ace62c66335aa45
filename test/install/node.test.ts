/** The right Node is looked for before anything else, and what is missing is said. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../cli/mosaic.ts';
import { Installation, TOOLS, toolsWithout } from './installation.ts';
import { packageWith } from './packages.ts';

let source: string;

beforeAll(() => {
  source = packageWith();
});

/** The Node of the tests, which says that it is another version; as a PATH. */
function nodeThatSays(version: string): string {
  const folder = newFolder();
  const preload = join(folder, 'version.cjs');
  writeFileSync(
    preload,
    `Object.defineProperty(process, 'version', { value: 'v${version}' });
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  return nodeThatIs(`exec '${process.execPath}' --require '${preload}' "$@"`);
}

/** A PATH on which the first `node` is that script of the shell. */
function nodeThatIs(script: string): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'node'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'node'), 0o755);
  return `${folder}:${TOOLS}`;
}

it.each(['20.19.0', '20.20.2', '22.12.0', '22.99.1', '24.0.0', '26.1.0'])('Node %s is taken', async (version) => {
  const installation = new Installation();
  const { status, stderr } = await installation.install(source, ['--check'], {
    env: { PATH: nodeThatSays(version) },
  });
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
});

describe('refused, and nothing is changed:', () => {
  it.each(['8.9.1', '18.0.0', '20.18.9', '21.7.3', '22.11.0', '23.11.0'])('Node %s', async (version) => {
    const installation = new Installation();
    const { status, stdout, stderr } = await installation.install(source, ['--yes'], {
      env: { PATH: nodeThatSays(version) },
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(version);
    expect(stderr).toContain('20.19');
    expect(installation.everything()).toEqual([]);
  });

  it.each<readonly [string, () => string]>([
    ['no Node at all', () => toolsWithout('node')],
    ['a Node that cannot be run', () => nodeThatIs('exit 127')],
    ['a Node that says nothing', () => nodeThatIs('exit 0')],
    ['a Node that says something else', () => nodeThatIs('echo hello')],
  ])('%s', async (_what, tools) => {
    const installation = new Installation();
    const { status, stdout, stderr } = await installation.install(source, ['--yes'], { env: { PATH: tools() } });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/node/i);
    // What the shell says of the script itself would be no answer.
    expect(stderr).not.toMatch(/line \d+/);
    expect(installation.everything()).toEqual([]);
  });

  it('a Node that is too old leaves an installation as it is, also when it is to be removed', async () => {
    const installation = new Installation();
    await installation.ok(source);
    const before = installation.everything();
    const env = { PATH: nodeThatSays('18.0.0') };
    for (const words of [['--yes'], ['--check'], ['--uninstall', '--yes']]) {
      expect((await installation.install(source, words, { env })).status).toBe(1);
    }
    expect(installation.everything()).toEqual(before);
  });
});
