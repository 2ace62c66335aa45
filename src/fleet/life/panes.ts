/**
 * Where the agents live: the tmux server of a fleet, and which of its panes is whose. A pane is an agent's because it
 * was marked when it was made, never because of its name; what bears no mark of ours is left alone.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Pane, type PaneTags, Tmux } from '../../host/tmux.ts';

/** The option of a pane that holds the agent's name. */
export const AGENT_TAG = '@mosaic-agent';
/** The option of a pane that says whether systemd would start it again. */
export const KEEPER_TAG = '@mosaic-keeper';
export const TAGS: PaneTags = { tag: AGENT_TAG, keeper: KEEPER_TAG };

export type KeptBy = 'systemd' | 'tmux';

/** Each home has a server of its own, so that two fleets never meet; whatever links lead to it, it is one home. */
export function socketOf(mosaicHome: string): string {
  const home = realPathOf(mosaicHome);
  if (home === realPathOf(join(homedir(), '.config', 'mosaic'))) return 'mosaic';
  return `mosaic-${createHash('sha256').update(home).digest('hex').slice(0, 10)}`;
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

export function tmuxOf(mosaicHome: string, environment: Readonly<Record<string, string | undefined>>): Tmux {
  return new Tmux({ socket: socketOf(mosaicHome), environment });
}

/** The agent's pane; the one that lives, where an old one was left standing. */
export function paneOf(panes: readonly Pane[], name: string): Pane | null {
  const own = panes.filter(({ tag }) => tag === name);
  return own.find(({ isDead }) => !isDead) ?? own[0] ?? null;
}
