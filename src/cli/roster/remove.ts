/** `remove`: an agent less. */
import { environmentFileOf } from '../../fleet/roster/environment-file.ts';
import { removeAgent } from '../../fleet/roster/roster-file.ts';
import { factsOf } from '../../host/look-around.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { required } from '../parse/option.ts';
import { agentName } from '../parse/values.ts';
import { printable } from '../print/text/escape.ts';
import { changeRoster, rosterPlaceOf } from './place.ts';

export const command: RunnableCommand = defineCommand({
  options: { name: required(agentName('the agent')) },
  details:
    'Takes the agent out of fleet/roster.yaml; everything else in the file stays as it is. Its environment file is kept, ' +
    'and an agent that runs runs on.',
  examples: ['remove coder0'],
  async run(context, { name }) {
    const place = rosterPlaceOf(context);
    const removed = await changeRoster(place, (mutex) => removeAgent(mutex, place, name));
    const file = environmentFileOf(place.mosaicHome, removed.name);
    const environmentFile = (await factsOf(file)) === null ? null : file;
    await context.output.answer({ removed, environmentFile }, () => {
      const kept = environmentFile === null ? '' : `Its environment file is kept: ${printable(environmentFile)}\n`;
      return `Removed: ${printable(removed.name)}\n${kept}`;
    });
  },
});
