/** What a fleet is: its agents, what each of them runs, and which cards it takes. Pure. */

/**
 * `worker`: its command is run anew for each card, by the worker loop. `session`: its command runs for as long as it
 * likes, and takes cards by itself.
 */
export type AgentMode = 'worker' | 'session';

export interface Agent {
  /** Names its tmux session, its systemd unit and its claims. */
  readonly name: string;
  /** A known one, or any word when a command is given. */
  readonly runtime: string;
  readonly mode: AgentMode;
  /** The program and its words; never empty. */
  readonly command: readonly string[];
  /** Absolute; null for the user's home. */
  readonly cwd: string | null;
  /** Only cards of one of these; empty for any. */
  readonly phases: readonly string[];
  /** Only cards with one of these; empty for any. */
  readonly labels: readonly string[];
  readonly ttlSeconds: number;
}

export interface Roster {
  readonly version: 1;
  readonly transport: 'tmux';
  /** In the order in which they are started. */
  readonly agents: readonly Agent[];
}
