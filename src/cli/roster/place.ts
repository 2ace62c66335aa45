/** Where the roster is, and the mutex under which it is changed. */
import { homedir } from 'node:os';
import { mosaicHomeOf, openRegistryMutex } from '../../backlog/open.ts';
import type { RegistryMutex } from '../../backlog/registry-mutex.ts';
import type { RosterPlace } from '../../fleet/roster/roster-file.ts';
import type { Context } from '../context.ts';

export function rosterPlaceOf({ mosaicHome }: Context): RosterPlace {
  return { mosaicHome: mosaicHomeOf(mosaicHome), userHome: homedir() };
}

export async function changeRoster<T>(place: RosterPlace, change: (mutex: RegistryMutex) => Promise<T>): Promise<T> {
  const mutex = openRegistryMutex(place);
  try {
    return await change(mutex);
  } finally {
    mutex.close();
  }
}
