/** Every command on a backlog in files. */
import { everyCommandForPeople, everyCommandForPrograms } from './every-command.ts';
import { Mosaic } from './mosaic.ts';

everyCommandForPrograms('in files', async () => new Mosaic());
everyCommandForPeople('in files', async () => new Mosaic());
