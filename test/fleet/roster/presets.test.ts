/** Presets: those that come with the program, those of the user, and which of the two is meant. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mosaic } from '../../cli/mosaic.ts';
import { fileOf, fleet, json, OURS, read } from './story.ts';

const SHIPPED = new URL('../../../fixtures/framework/fleet/presets/', import.meta.url);

function shipped(name: string): string {
  return readFileSync(new URL(`${name}.yaml`, SHIPPED), 'utf8');
}

/** Puts a preset into the home. @returns its file */
function putPreset({ home }: Mosaic, name: string, text: string): string {
  const file = join(home, 'fleet/presets', `${name}.yaml`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('a preset that comes with the program', () => {
  it.each(['empty', 'four', 'mixed', 'one'])('is taken as it is, byte for byte: %s', async (name) => {
    const mosaic = new Mosaic();
    expect((await fleet(mosaic, 'init', '--preset', name)).stderr).toBe('');
    expect(read(mosaic)).toBe(shipped(name));
  });

  it('says the same as the others of what an agent can have', () => {
    const heads = ['empty', 'four', 'mixed', 'one'].map((name) => shipped(name).split('\nagents:')[0]);
    expect(new Set(heads).size).toBe(1);
    expect(heads[0]).toContain('#   ttl ');
  });

  it('may be without agents, and then says how to add the first', async () => {
    const mosaic = new Mosaic();
    expect((await fleet(mosaic, 'init', '--preset', 'empty')).stdout).toBe(
      `Made: ${fileOf(mosaic)}\nNext: mosaic fleet add coder0 --runtime claude\n`,
    );
  });
});

describe('a preset in the home', () => {
  it('goes before the one of that name that comes with the program', async () => {
    const mosaic = new Mosaic();
    putPreset(mosaic, 'one', OURS);
    expect(await json(mosaic, 'init')).toMatchObject({ preset: 'one', agents: [{ name: 'a' }] });
    expect(read(mosaic)).toBe(OURS);
  });

  it('may have a name of its own', async () => {
    const mosaic = new Mosaic();
    putPreset(mosaic, 'my_crew-2.night', OURS);
    await json(mosaic, 'init', '--preset', 'my_crew-2.night');
    expect(read(mosaic)).toBe(OURS);
  });

  it('may be a link; one that leads nowhere is none', async () => {
    const mosaic = new Mosaic();
    const file = putPreset(mosaic, 'mine', OURS);
    symlinkSync(file, join(dirname(file), 'four.yaml'));
    symlinkSync('nowhere', join(dirname(file), 'one.yaml'));
    await json(mosaic, 'init', '--preset', 'four');
    expect(read(mosaic)).toBe(OURS);
    rmSync(fileOf(mosaic));
    await json(mosaic, 'init', '--preset', 'one');
    expect(read(mosaic)).toBe(shipped('one'));
  });

  it('called empty is what the first agent is added to', async () => {
    const mosaic = new Mosaic();
    putPreset(mosaic, 'empty', '# The night shift.\nversion: 1\nagents: []\n');
    expect(await json(mosaic, 'add', 'a', '--runtime', 'pi')).toMatchObject({ isNewRoster: true });
    expect(read(mosaic)).toBe('# The night shift.\nversion: 1\nagents:\n  - name: a\n    runtime: pi\n');
  });
});

describe('init writes nothing', () => {
  it('when the preset is no roster, and says what is wrong with it', async () => {
    const mosaic = new Mosaic();
    const file = putPreset(mosaic, 'mine', 'version: 1\nagents:\n  - nam: a\n    runtime: pi\n');
    expect(await fleet(mosaic, 'init', '--preset', 'mine')).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'error: The preset cannot be used.',
        `  ${file}:3:5: name is missing.`,
        `  ${file}:3:5: There is no key "nam" here; did you mean name?`,
        'hint: Correct the file, then run the same command again.',
        '',
      ].join('\n'),
    });
    expect(readdirSync(join(mosaic.home, 'fleet'))).toEqual(['presets']);
  });

  it('when the preset is not text', async () => {
    const mosaic = new Mosaic();
    const file = putPreset(mosaic, 'one', '');
    writeFileSync(file, Buffer.from([0x61, 0xff]));
    const { status, stderr } = await fleet(mosaic, 'init', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'ROSTER_INVALID',
        message: `The preset ${file} cannot be used: it is not text in UTF-8.`,
        hint: 'Look whether it is the file you mean, and move it away if it is not.',
      },
    });
    expect(readdirSync(join(mosaic.home, 'fleet'))).toEqual(['presets']);
  });

  it('when there is no preset of that name, and says which there are', async () => {
    const mosaic = new Mosaic();
    putPreset(mosaic, 'night', OURS);
    putPreset(mosaic, 'one', OURS);
    putPreset(mosaic, '.hidden', OURS);
    writeFileSync(join(mosaic.home, 'fleet/presets/notes.txt'), '');
    expect(await fleet(mosaic, 'init', '--preset', 'nigth')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error: --preset takes one of empty, four, mixed, night, one, not "nigth".\n' +
        `hint: One of your own is a file in ${mosaic.home}/fleet/presets, such as nigth.yaml.\n`,
    });
    expect(readdirSync(join(mosaic.home, 'fleet'))).toEqual(['presets']);
  });

  it.each(['', '.', '..', '.hidden', '../decoy', '/etc/passwd', 'a/b', 'a b', 'ü', 'x'.repeat(65)])(
    'when the name is no plain word: %j',
    async (name) => {
      const mosaic = new Mosaic();
      mkdirSync(join(mosaic.home, 'fleet/presets'), { recursive: true });
      writeFileSync(join(mosaic.home, 'fleet/decoy.yaml'), OURS);
      const { status, stdout, stderr } = await fleet(mosaic, 'init', `--preset=${name}`);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(
        'error: --preset takes a name of letters, digits, ".", "_" and "-", with no dot in front and at most 64 of them, not "',
      );
      expect(existsSync(fileOf(mosaic))).toBe(false);
    },
  );
});
