/**
 * The runtimes we know, and how each of them is started. Pure.
 *
 * All four take the prompt as one word and read what is piped to them beside it. What an agent adds of its own comes
 * last: an option that takes several values would swallow a prompt that followed it.
 */
import type { AgentMode } from './roster.ts';

interface Runtime {
  /** For an agent who takes cards by itself. */
  readonly session: readonly string[];
  /** For one card: it ends when the card is done. */
  readonly worker: (prompt: string) => readonly string[];
}

const RUNTIMES: Readonly<Record<string, Runtime>> = {
  claude: { session: ['claude'], worker: (prompt) => ['claude', '-p', prompt] },
  codex: { session: ['codex'], worker: (prompt) => ['codex', 'exec', prompt] },
  opencode: { session: ['opencode'], worker: (prompt) => ['opencode', 'run', prompt] },
  pi: { session: ['pi'], worker: (prompt) => ['pi', '-p', prompt] },
};

/** It has no command of its own: what it runs is the agent's. */
export const SHELL = 'shell';

export const KNOWN_RUNTIMES: readonly string[] = [...Object.keys(RUNTIMES), SHELL];

/** The worker loop hands over the card itself, so the prompt says only what to do with it. */
export const WORKER_PROMPT: string = [
  'Your standard input is a card, as JSON: one piece of work.',
  'The file named in the environment variable MOSAIC_CARD_FILE holds the same.',
  'Do what its title and its body ask for, in this folder, until everything under "acceptance" holds.',
  'Work on this card and on nothing else; its claim is kept for you while you work.',
  'When it is done, print one JSON object as your very last line that says what you have made,',
  'for example {"commit":"1a2b3c4"}.',
  'When you cannot do it, run this and stop:',
  'mosaic fleet backlog fail "$MOSAIC_CARD_ID" --owner "$MOSAIC_OWNER" --attempt "$MOSAIC_CARD_ATTEMPT"',
  '--reason "what is in the way"',
].join(' ');

/** The program and its words; null for a runtime that needs the agent's own command. */
export function runtimeCommand(runtime: string, mode: AgentMode, args: readonly string[]): readonly string[] | null {
  const known = Object.hasOwn(RUNTIMES, runtime) ? RUNTIMES[runtime] : undefined;
  if (known === undefined) return null;
  return [...(mode === 'worker' ? known.worker(WORKER_PROMPT) : known.session), ...args];
}

/** What an agent does when its roster does not say. */
export function usualMode(runtime: string): AgentMode {
  return runtime === SHELL ? 'worker' : 'session';
}
