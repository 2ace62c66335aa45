/** Finds the pane of an agent. */
import type { Pane, Tmux } from '../../host/tmux.ts';
import { TAGS, paneOf } from '../life/panes.ts';
import { agentEnded, agentMissing, answeredFor } from './refusals.ts';

/** A pane whose program runs. @throws MosaicError AGENT_NOT_RUNNING, TMUX_UNKNOWN, TMUX_MISSING */
export async function runningPane(tmux: Tmux, agent: string): Promise<Pane> {
  const pane = await keptPane(tmux, agent);
  if (pane.isDead) throw agentEnded(agent, pane);
  return pane;
}

/** The same, or one whose program has ended. @throws MosaicError as above */
export async function keptPane(tmux: Tmux, agent: string): Promise<Pane> {
  const panes = await tmux.panes(TAGS);
  if (panes.kind === 'no-server') throw agentMissing(agent);
  const answered = answeredFor(agent, () => 'Nothing was done.');
  const pane = paneOf(answered(panes), agent);
  if (pane === null) throw agentMissing(agent);
  return pane;
}
