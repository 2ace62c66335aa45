/** What stands in a card never acts on a terminal, whichever command shows it, and whoever put it there. */
import { expect, test } from 'vitest';
import { Mosaic } from '../cli/mosaic.ts';

/** Clears the screen, sets the window's title, turns the writing around, ends the line early, hides what follows. */
const EVIL = 'a\u001b[2J\u001b]0;pwned\u0007\u009b31m\u202egnp\u2066\rover\bx\u0000\u2028end\u200b\u00ad';

/** Every control character but the end of a line, and every mark that turns or hides the writing. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\u2028\u00ad]/;

const commands: readonly (readonly string[])[] = [
  ['list'],
  ['list', '--tree'],
  ['list', '--json'],
  ['show', 'evil'],
  ['show', 'evil', '--json'],
  ['explain'],
  ['explain', 'evil'],
  ['stats'],
  ['history'],
  ['history', 'evil'],
  ['claim', '--owner', EVIL.replaceAll('\u0000', '')],
  ['complete', EVIL.replaceAll('\u0000', '')],
  ['show', EVIL.replaceAll('\u0000', '')],
  ['fail', 'evil', '--reason', EVIL.replaceAll('\u0000', '')],
  ['doctor'],
  ['doctor', '--fix'],
  ['export'],
  [EVIL.replaceAll('\u0000', '')],
  ['list', `--${EVIL.replaceAll('\u0000', '')}`],
  ['import', `/tmp/${EVIL.replaceAll('\u0000', '')}`],
];

test(
  'no command sends a control character of a card, an owner or an argument to the terminal',
  { timeout: 120_000 },
  async () => {
    const mosaic = new Mosaic();
    const lines = [
      {
        id: 'evil',
        title: EVIL,
        body: `${EVIL}\n${EVIL}`,
        phase: EVIL,
        labels: [EVIL],
        dependsOn: ['nowhere'],
        result: EVIL,
      },
      { id: `x${EVIL}`, title: 'An evil id', acceptance: { [EVIL]: EVIL }, [`x-${EVIL}`]: EVIL },
      { id: 'harmless', title: 'A harmless card' },
    ];
    const given = await mosaic.backlog(['import', '-'], {
      stdin: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    });
    expect(given.stdout + given.stderr).not.toMatch(ACTING);
    // Refused or not: what a person puts there by hand is shown all the same.
    await mosaic.backlog(['create', 'evil', '--title', EVIL.replaceAll('\u0000', '')]);
    await mosaic.backlog(['create', 'harmless', '--title', 'A harmless card']);
    for (const words of commands) {
      const { stdout, stderr } = await mosaic.backlog(words, { env: { NO_COLOR: '1' } });
      expect(`${stdout}${stderr}`, words.join(' ')).not.toMatch(ACTING);
    }
  },
);
