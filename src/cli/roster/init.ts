/** `init`: a roster to begin with. */
import { PRESETS, presetText, type Preset } from '../../fleet/roster/presets.ts';
import { createRoster, rosterFileOf } from '../../fleet/roster/roster-file.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { oneOf } from '../parse/values.ts';
import { agentTable } from '../print/agent-table.ts';
import { printable } from '../print/text/escape.ts';
import { changeRoster, rosterPlaceOf } from './place.ts';

const USUAL: Preset = 'one';

export const command: RunnableCommand = defineCommand({
  options: {
    preset: oneOf('--preset <name>', `one worker, four workers, or a mixed crew (default: ${USUAL})`, PRESETS),
  },
  details:
    'Writes fleet/roster.yaml, with comments that say what an agent can have. Open it in your editor and make it yours. ' +
    'A roster that is there already is never written over.',
  examples: ['init', 'init --preset four', 'init --preset mixed'],
  async run(context, { preset = USUAL }) {
    const place = rosterPlaceOf(context);
    const { agents } = await changeRoster(place, (mutex) => createRoster(mutex, place, presetText(preset)));
    const file = rosterFileOf(place);
    await context.output.answer({ file, preset, agents }, (screen) =>
      [`Made: ${printable(file)}`, '', agentTable(agents, screen), 'Next: mosaic fleet verify\n'].join('\n'),
    );
  },
});
