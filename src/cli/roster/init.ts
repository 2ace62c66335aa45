/** `init`: a roster to begin with. */
import { isPresetName, presetNames, readPreset } from '../../fleet/roster/presets.ts';
import { createRoster, rosterFileOf, type RosterPlace } from '../../fleet/roster/roster-file.ts';
import type { RosterText } from '../../fleet/roster/roster-text.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { option } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { quote } from '../parse/values.ts';
import { agentTable } from '../print/agent-table.ts';
import { printable } from '../print/text/escape.ts';
import { changeRoster, rosterPlaceOf } from './place.ts';

const USUAL = 'one';

export const command: RunnableCommand = defineCommand({
  options: {
    preset: option(
      {
        flags: '--preset <name>',
        description: `one, four, mixed, empty, or one of your own (default: ${USUAL})`,
        completion: 'preset',
      },
      plainName,
    ),
  },
  details:
    'Writes fleet/roster.yaml, with comments that say what an agent can have. Open it in your editor and make it yours. ' +
    'A roster that is there already is never written over. A file NAME.yaml in fleet/presets is a preset, too, and goes ' +
    'before one of that name that comes with the program.',
  examples: ['init', 'init --preset four', 'init --preset mixed'],
  async run(context, { preset = USUAL }) {
    const place = rosterPlaceOf(context);
    // Before the mutex is taken: a preset that is of no use leaves not even a folder behind.
    const chosen = presetCalled(preset, place);
    const { agents } = await changeRoster(place, (mutex) => createRoster(mutex, place, chosen));
    const file = rosterFileOf(place);
    await context.output.answer({ file, preset, agents }, (screen) =>
      agents.length === 0
        ? `Made: ${printable(file)}\nNext: mosaic fleet add coder0 --runtime claude\n`
        : [`Made: ${printable(file)}`, '', agentTable(agents, screen), 'Next: mosaic fleet verify\n'].join('\n'),
    );
  },
});

function plainName(value: string, name: string): string {
  if (isPresetName(value)) return value;
  throw usageError(
    `${name} takes a name of letters, digits, ".", "_" and "-", with no dot in front and at most 64 of them, ` +
      `not ${quote(value)}.`,
  );
}

function presetCalled(name: string, { mosaicHome, userHome }: RosterPlace): RosterText {
  const found = readPreset(mosaicHome, userHome, name);
  if (found !== null) return found;
  throw usageError(
    `--preset takes one of ${presetNames(mosaicHome).join(', ')}, not ${quote(name)}.`,
    `One of your own is a file in ${mosaicHome}/fleet/presets, such as ${name}.yaml.`,
  );
}
