/** What a template is made into, and what is said of one that cannot be used: without a fleet. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MosaicError } from '../../../src/errors.ts';
import { frameworkFile, neededFrameworkFile } from '../../../src/fleet/framework/framework-files.ts';
import { filledIn, readTemplate } from '../../../src/fleet/framework/template.ts';
import { newFolder } from '../../cli/mosaic.ts';

const VALUES = { name: 'one', all: ['a', 'b'] };

function made(text: string): string {
  return filledIn({ file: '/home/ann/x.service', text }, VALUES);
}

function refusal(act: () => unknown): {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
} {
  try {
    act();
  } catch (error) {
    if (!(error instanceof MosaicError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint };
  }
  throw new Error('Nothing was refused.');
}

describe('a template', () => {
  it('has its places filled in, and a line with a place for a list once for each', () => {
    expect(made('A={{name}}-{{name}}\nB="{{all}}" {{name}}\n\nC=${x} %i @y@ {z}\n')).toBe(
      'A=one-one\nB="a" one\nB="b" one\n\nC=${x} %i @y@ {z}\n',
    );
  });

  it('keeps its comments as they are', () => {
    const comments = '# {{name}}\n ; {{else}} {{all}}\n';
    expect(made(`${comments}{{name}} {{all}}`)).toBe(`${comments}one a\none b`);
  });

  it('gets what is filled in letter by letter, also what looks like a place or a pattern', () => {
    const text = filledIn({ file: 'x', text: '{{name}} {{all}}' }, { name: '{{all}} $& $1', all: ['{{name}}'] });
    expect(text).toBe('{{all}} $& $1 {{name}}');
  });

  it('is refused with all that is wrong, by line', () => {
    expect(refusal(() => made('{{name}}\n{{nam}} {{ all }}\n# {{all}}\n'))).toEqual({
      code: 'TEMPLATE_INVALID',
      message:
        'The template /home/ann/x.service cannot be used: its line 2 has {{nam}}, which nothing is known of; ' +
        'its line 2 has {{ all }}, which nothing is known of; {{all}} is missing from it.',
      hint: 'Correct it, or move it away: then the one that comes with the program is used.',
    });
  });

  it.each([
    [
      'larger than one can be',
      Buffer.alloc(1024 * 1024 + 1, '#'),
      'it has 1048577 bytes, and a template has at most 1048576',
    ],
    ['not text', Buffer.from([0x61, 0xff]), 'it is not text in UTF-8'],
  ])('is refused when it is %s', (_, bytes, reason) => {
    const home = newFolder();
    const file = join(home, 'systemd/user/x.service');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    expect(refusal(() => readTemplate(home, 'systemd/user/x.service'))).toMatchObject({
      code: 'TEMPLATE_INVALID',
      message: `The template ${file} cannot be used: ${reason}.`,
    });
  });

  it('is refused when it is a folder', () => {
    const home = newFolder();
    mkdirSync(join(home, 'systemd/user/x.service'), { recursive: true });
    expect(refusal(() => readTemplate(home, 'systemd/user/x.service')).message).toContain('it is a folder');
  });
});

describe('a file of the framework', () => {
  it('that is in neither place is not there, and missed when the program needs it', () => {
    expect(frameworkFile(newFolder(), 'guides/none.md')).toBeNull();
    expect(refusal(() => neededFrameworkFile(newFolder(), 'guides/none.md'))).toEqual({
      code: 'INTERNAL',
      message: 'This installation is not whole: fixtures/framework/guides/none.md is missing from it.',
      hint: 'Install mosaic-fleet again.',
    });
  });
});
