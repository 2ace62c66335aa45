/** The two ways in which a fleet is brought up and down: by the user's systemd, or in tmux alone. */
import type { Agent } from '../roster/roster.ts';
import type { Step } from './steps.ts';

export interface Transport {
  readonly kind: 'systemd' | 'tmux';
  /** The server first, then the agents in their order. */
  starting(agents: readonly Agent[]): readonly Step[];
  /** These agents, and no other. */
  stopping(names: readonly string[]): readonly Step[];
  /** After the agents. */
  stoppingServer(): readonly Step[];
  /** Why an agent that was to be started will not come up any more; null when it may. */
  givenUpOn(name: string): Promise<string | null>;
  /** A command that tells more about an agent that does not come up. */
  whereToLook(name: string): string;
  /** Whether they come up again by themselves after a reboot; null where there is nothing to be set. */
  remembering(names: readonly string[], isWanted: 'wanted' | 'not-wanted'): Step | null;
}
