/** The stories, with a backlog on a server. */
import { stories } from '../../cli/stories.ts';
import { mosaicOnServer } from './on-server.ts';

stories(mosaicOnServer);
