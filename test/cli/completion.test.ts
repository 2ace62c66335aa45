/** The completion scripts, in the shells they are for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Mosaic, MOSAIC, MOSAIC_FLEET } from './mosaic.ts';

const hasZsh = isInstalled('zsh');
const hasFish = isInstalled('fish');

let mosaic: Mosaic;

beforeAll(async () => {
  mosaic = new Mosaic();
  await mosaic.stock(
    { op: 'create', id: 'A1', title: 'First', phase: 'M1', labels: ['api'] },
    { op: 'create', id: 'A2', title: 'Second; rm -rf $HOME' },
    { op: 'create', id: 'A 3', title: 'Third' },
    { op: 'claim', owner: 'coder0', id: 'A1' },
  );
  mkdirSync(join(mosaic.home, 'bin'));
  symlinkSync(MOSAIC, join(mosaic.home, 'bin', 'mosaic'));
  symlinkSync(MOSAIC_FLEET, join(mosaic.home, 'bin', 'mosaic-fleet'));
});

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'true']).status === 0;
}

function inShell(shell: string, words: readonly string[]): string {
  const path = `${join(mosaic.home, 'bin')}:${process.env['PATH'] ?? ''}`;
  return execFileSync(shell, words, { env: { ...mosaic.env(), PATH: path }, cwd: mosaic.home, encoding: 'utf8' });
}

describe('what may stand next', () => {
  const cases: readonly (readonly [line: string, candidates: readonly string[]])[] = [
    ['mosaic ', ['fleet']],
    ['mosaic fleet b', ['backlog']],
    ['mosaic-fleet de', ['demo']],
    ['mosaic fleet backlog cl', ['claim']],
    ['mosaic fleet backlog show A', ['A 3', 'A1', 'A2']],
    ['mosaic fleet backlog get A1', ['A1']],
    ['mosaic fleet backlog list --status r', ['ready']],
    ['mosaic fleet backlog list --phase ', ['M1']],
    ['mosaic fleet backlog list --label ', ['api']],
    ['mosaic fleet backlog complete A1 --owner ', ['coder0']],
    ['mosaic fleet backlog claim --owner x --ow', []],
    ['mosaic fleet backlog claim --wait --co', ['--count']],
    ['mosaic fleet backlog import ', [':files']],
    ['mosaic fleet completion f', ['fish']],
    ['mosaic fleet init --preset ', ['empty', 'four', 'mixed', 'one']],
    ['mosaic nonsense ', []],
  ];

  it.each(cases)('after %j', async (line, candidates) => {
    const { status, stdout } = await mosaic.run(['fleet', '__complete', '--', ...line.split(' ')]);
    expect(status).toBe(0);
    const words = stdout.split('\n').filter((one) => one !== '');
    expect(new Set(words.map((one) => one.split('\t')[0]))).toEqual(new Set(candidates));
  });
});

describe('bash', () => {
  function complete(...words: readonly string[]): readonly string[] {
    writeFileSync(join(mosaic.home, 'notes.jsonl'), '');
    const list = words.map((word) => `'${word}'`).join(' ');
    const script = `source <(mosaic fleet completion bash)
      COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}
      _mosaic_fleet; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return inShell('bash', ['--norc', '-c', script]).trimEnd().split('\n');
  }

  it('completes commands of both programs', () => {
    expect(complete('mosaic', 'fleet', 'backlog', 'cl')).toEqual(['claim']);
    expect(complete('mosaic-fleet', 'backlog', 'unb')).toEqual(['unblock']);
  });

  it('completes ids, quoted where the shell would take them apart', () => {
    const ids = complete('mosaic', 'fleet', 'backlog', 'show', 'A');
    expect(new Set(ids)).toEqual(new Set(['A1', 'A2', String.raw`A\ 3`]));
  });

  it('completes names of files where a file is wanted', () => {
    expect(complete('mosaic', 'fleet', 'backlog', 'import', 'no')).toEqual(['notes.jsonl']);
  });
});

describe('zsh', () => {
  // Its completion runs in its line editor only; here it is held to be valid and to load.
  it.skipIf(!hasZsh)('loads its script (skipped where zsh is not installed)', () => {
    const script =
      'autoload -Uz compinit && compinit -u -D; eval "$(mosaic fleet completion zsh)"; echo $_comps[mosaic]';
    expect(inShell('zsh', ['-f', '-c', script])).toBe('_mosaic_fleet\n');
  });
});

describe('fish', () => {
  it.skipIf(!hasFish)('completes commands and ids (skipped where fish is not installed)', () => {
    const script = 'mosaic fleet completion fish | source; complete -C "mosaic fleet backlog show A1"';
    expect(inShell('fish', ['--no-config', '-c', script])).toBe('A1\tFirst\n');
  });
});
