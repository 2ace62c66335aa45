// Ours on a server, through the library as it is shipped.
import { openBacklog } from '../../../dist/index.js';
import { workerOn } from './mosaic.mjs';

export async function open(databaseUrl) {
  return workerOn(await openBacklog({ databaseUrl }));
}
