/** Every command on a backlog that is on a server. What people read is made of the same answers, wherever it is. */
import { everyCommandForPrograms } from '../../cli/every-command.ts';
import { mosaicOnServer } from './on-server.ts';

everyCommandForPrograms('on a server', mosaicOnServer);
