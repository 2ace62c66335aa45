/** Stopping the agents in their panes, for whoever brings the fleet down; and what else is on the server. */
import { MosaicError } from '../../errors.ts';
import type { Pane, Tmux } from '../../host/tmux.ts';
import { agentPanes, clearPane, tellToStop } from './agent-pane.ts';
import type { Launch } from './launch.ts';
import type { KeptBy } from './panes.ts';
import { did, didByForce, SERVER, type Step, type StepResult } from './steps.ts';

/** An agent hands its card back, and its command has ten seconds to end before it is ended. */
export const STOP_LIMIT_MS = 20_000;

/**
 * All are told at once, so that they take their time together; then each is waited for.
 *
 * @param by who brings them down: what systemd keeps it would start again, so nobody else stops it
 */
export function stoppingPanes(tmux: Tmux, launch: Launch, names: readonly string[], by: KeptBy): readonly Step[] {
  /** Names of agents that were at work. */
  const told = new Set<string>();
  // A server that does not answer is asked once, and not again for each of them.
  let unknown: MosaicError | null = null;
  const ownPanes = async (name: string): Promise<readonly Pane[]> => {
    if (unknown !== null) throw unknown;
    try {
      return (await agentPanes(tmux)).filter(({ tag }) => tag === name);
    } catch (error) {
      if (error instanceof MosaicError && error.code === 'TMUX_UNKNOWN') unknown = error;
      throw error;
    }
  };
  const telling = names.map((name): Step => ({
    name: `tell ${name} to stop`,
    subject: name,
    async run() {
      // Whoever cannot be told now says so when it is to be cleared.
      const panes = await ownPanes(name).catch(() => []);
      for (const pane of panes) if (!isKeptByOther(pane, by) && (await tellToStop(pane))) told.add(name);
      return null;
    },
  }));
  const clearing = names.map((name): Step => ({
    name: `stop ${name}`,
    subject: name,
    async run(lost) {
      const own = await ownPanes(name);
      if (own.some((pane) => isKeptByOther(pane, by))) return keptByOther(name);
      const limit = { limitMs: told.has(name) ? STOP_LIMIT_MS : 0, lost };
      const ends = await Promise.all(own.map((pane) => clearPane(tmux, pane, launch.mosaicHome, limit)));
      if (!told.has(name) && own.every(({ isDead }) => isDead)) return did(name, 'not-running');
      if (ends.every((byItself) => byItself)) return did(name, 'stopped');
      return told.has(name) ? didByForce(name) : did(name, 'stopped-by-force', 'something else ran in its pane');
    },
  }));
  return [...telling, ...clearing];
}

function isKeptByOther({ keeper, isDead }: Pane, by: KeptBy): boolean {
  return by === 'tmux' && keeper === 'systemd' && !isDead;
}

function keptByOther(subject: string): StepResult {
  return {
    ...did(
      subject,
      'failed',
      'systemd keeps it and would start it again, and its units are not where this command looks',
    ),
    hint: 'Run the command with the HOME and the XDG_CONFIG_HOME with which the units were installed.',
  };
}

/** Null when no panes are on the server but those that we may stop: then it may be stopped, too. */
export async function foreignUse(tmux: Tmux, by: KeptBy): Promise<StepResult | null> {
  const panes = await agentPanes(tmux);
  if (panes.some((pane) => isKeptByOther(pane, by))) return keptByOther(SERVER);
  const foreign = panes.filter(({ tag }) => tag === '');
  if (foreign.length === 0) return null;
  const names = [...new Set(foreign.map(({ sessionName }) => sessionName))].join(', ');
  return did(SERVER, 'left-alone', `somebody has panes of their own on it, in: ${names}`);
}
