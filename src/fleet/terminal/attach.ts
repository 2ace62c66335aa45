/** Opens the terminal of an agent in the user's own, until the user leaves it. */
import { runInTerminal, type TerminalRun } from '../../host/terminal.ts';
import type { Tmux } from '../../host/tmux.ts';
import { runningPane } from './find.ts';
import { agentGone, answeredFor } from './refusals.ts';

export interface AttachTerms extends Pick<TerminalRun, 'drawsOn' | 'signal'> {
  readonly agent: string;
  /** `look` takes no keys but those that leave it, and does not change the size of what the agent draws on. */
  readonly to: 'type' | 'look';
}

export interface Attached {
  readonly agent: string;
  readonly pane: string;
  /** What tmux ended with. */
  readonly status: number;
}

/** @throws MosaicError AGENT_NOT_RUNNING, TMUX_UNKNOWN, TMUX_MISSING */
export async function attach(tmux: Tmux, { agent, to, ...terminal }: AttachTerms): Promise<Attached> {
  const { paneId } = await runningPane(tmux, agent);
  // With the id of a pane tmux opens its session at that very pane.
  const words = tmux.clientWords('attach-session', ...(to === 'look' ? ['-r'] : []), '-t', paneId);
  const ran = await runInTerminal({ ...terminal, words, environment: tmux.environment });
  if (ran.kind === 'ended') return { agent, pane: paneId, status: ran.status };
  if (ran.kind === 'missing') return answeredFor(agent, () => 'Nothing was done.')(ran);
  throw agentGone(agent, `Its terminal was closed by ${ran.signal}.`);
}
