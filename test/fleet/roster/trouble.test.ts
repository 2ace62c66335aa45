/** Stories of what is wrong with a roster or around it, on the real program, and what is said of it. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mosaic, newFolder } from '../../cli/mosaic.ts';
import { programForAll, script, where } from '../../hostile/surroundings.ts';
import { fileOf, fleet, OURS, read, write } from './story.ts';

const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;
const asNobody = where(...AS_NOBODY, 'true');

describe('a roster that cannot be used', () => {
  it('is refused by every command, with all that is wrong', async () => {
    const mosaic = new Mosaic();
    const file = write(mosaic, 'version: 1\nagents:\n  - nam: a\n    runtime: pi\n    cwd: src\n');
    const answers = await Promise.all(
      [['list'], ['verify'], ['add', 'b', '--runtime', 'pi'], ['remove', 'a']].map((words) => fleet(mosaic, ...words)),
    );
    const told = [
      'error: The roster cannot be used.',
      `  ${file}:3:5: name is missing.`,
      `  ${file}:3:5: There is no key "nam" here; did you mean name?`,
      `  ${file}:5:10: cwd must be an absolute path or begin with ~/: the fleet is started from many places, and a relative one would mean another folder each time.`,
      'hint: Correct the file, then look at it with: mosaic fleet verify',
      '',
    ];
    for (const answer of answers) expect(answer).toEqual({ status: 1, stdout: '', stderr: told.join('\n') });
  });

  it.each([
    [
      'larger than a roster can be',
      Buffer.alloc(1024 * 1024 + 1, '#'),
      'it has 1048577 bytes, and a roster has at most 1048576',
    ],
    ['not text', Buffer.from([0x61, 0xff]), 'it is not text in UTF-8'],
  ])('may be %s', async (_, bytes, reason) => {
    const mosaic = new Mosaic();
    const file = write(mosaic, '');
    writeFileSync(file, bytes);
    const { stderr } = await fleet(mosaic, 'list', '--json');
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'ROSTER_INVALID',
        message: `The roster ${file} cannot be used: ${reason}.`,
        hint: 'Look whether it is the file you mean, and move it away if it is not.',
      },
    });
  });

  it('may be missing, or a folder', async () => {
    const mosaic = new Mosaic();
    expect(await fleet(mosaic, 'list')).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: There is no roster yet: ${fileOf(mosaic)} does not exist.\nhint: Make one with: mosaic fleet init\n`,
    });
    mkdirSync(fileOf(mosaic), { recursive: true });
    expect((await fleet(mosaic, 'verify')).stderr).toBe(
      `error: The file ${fileOf(mosaic)} cannot be read: it is a folder. Nothing was changed.\nhint: Give the name of another file.\n`,
    );
  });
});

describe('verify', () => {
  it('exits with 1 while something is missing, and with 0 when it is there', async () => {
    const mosaic = new Mosaic();
    await fleet(mosaic, 'init');
    const bin = newFolder();
    writeFileSync(join(bin, 'tmux'), '#!/bin/sh\n', { mode: 0o755 });
    const env = { PATH: `${bin}:/usr/bin:/bin` };
    const missing = await mosaic.run(['fleet', 'verify', '--json'], { env });
    expect({ status: missing.status, stderr: missing.stderr }).toEqual({ status: 1, stderr: '' });
    const missingScript = join(mosaic.home, 'fleet/work-on-card.sh');
    expect(JSON.parse(missing.stdout)).toEqual({
      roster: fileOf(mosaic),
      agents: 1,
      healthy: false,
      findings: [
        {
          code: 'no-program',
          severity: 'error',
          subject: 'coder0',
          message: `The program ${missingScript} does not exist.`,
          hint: 'Write it, or give the agent another command.',
          fixed: null,
        },
      ],
    });
    writeFileSync(missingScript, '#!/bin/sh\n', { mode: 0o755 });
    expect(await mosaic.run(['fleet', 'verify'], { env })).toEqual({
      status: 0,
      stdout: `✓ The fleet can be started.\n  ${fileOf(mosaic)}: 1 agent\n`,
      stderr: '',
    });
  });

  it('knows a work tree of git by what is in it or above it', async () => {
    const mosaic = new Mosaic();
    const tree = newFolder();
    mkdirSync(join(tree, 'a/b'), { recursive: true });
    write(mosaic, `version: 1\nagents:\n  - { name: a, runtime: shell, command: 'true', cwd: ${tree}/a/b }\n`);
    // Where a line is broken depends on how long the path is.
    const verified = async (): Promise<string> => (await fleet(mosaic, 'verify')).stdout.replaceAll(/\s+/g, ' ');
    expect(await verified()).toContain('is no work tree of git');
    writeFileSync(join(tree, '.git'), 'gitdir: elsewhere\n');
    expect(await verified()).not.toContain('is no work tree of git');
  });
});

asNobody('a home that may only be read is read, and a change is refused and leaves nothing behind', async () => {
  const mosaic = new Mosaic();
  write(mosaic, OURS);
  chmodSync(mosaic.home, 0o755);
  const his = { home: mosaic.home, within: AS_NOBODY };
  const program = programForAll();
  expect(await script(`${program} fleet list`, his)).toMatchObject({ status: 0, stderr: '' });
  const { status, stdout, stderr } = await script(`${program} fleet add b --runtime pi --env A=1`, his);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toBe(
    `error: This user has no permission: cannot mkdir ${mosaic.home}/fleet/backlog (EACCES). Nothing was changed.\n` +
      'hint: Check who owns the folder (ls -ld), then run the same command again.\n',
  );
  expect(read(mosaic)).toBe(OURS);
  expect(readdirSync(dirname(fileOf(mosaic)))).toEqual(['roster.yaml']);
});

it('a command that reads no roster does not load what reads it', async () => {
  const mosaic = new Mosaic();
  const env = { NODE_DEBUG: 'module' };
  const claimed = await mosaic.backlog(['claim', '--owner', 'x'], { env });
  expect(claimed.status).toBe(0);
  expect(claimed.stderr).toContain('load built-in module node:zlib');
  expect(claimed.stderr).not.toContain('/yaml/');
  await fleet(mosaic, 'init');
  expect((await mosaic.run(['fleet', 'list'], { env })).stderr).toContain('/yaml/');
});
