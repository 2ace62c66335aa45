/** How an agent's process is started, whoever starts it. */
export interface Launch {
  readonly mosaicHome: string;
  /** This very program: the interpreter, its file, and the words that lead to the fleet's commands. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * What is handed to every agent as whoever starts it has it; in tmux alone, beside all that whoever started the server had
 * set. With systemd it is all there is, and the rest is the agent's own to set.
 */
export const PASSED_ON: readonly string[] = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'MOSAIC_DURABILITY'];

/** The hidden command that is an agent; see `cli/work/agent-process.ts`. */
const AGENT_COMMAND = '__agent';
/** The hidden command that keeps an agent for systemd; see `cli/work/keeper.ts`. */
const KEEPER_COMMAND = '__keep';

export function agentWords({ program, mosaicHome }: Launch, name: string): readonly string[] {
  return [...program, AGENT_COMMAND, name, '--mosaic-home', mosaicHome];
}

export function keeperWords({ program, mosaicHome }: Launch, name: string): readonly string[] {
  return [...program, KEEPER_COMMAND, name, '--mosaic-home', mosaicHome];
}

/** As `NAME=value`. */
export function passedOn({ environment, mosaicHome }: Launch): readonly string[] {
  const set = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [`${name}=${value}`];
  });
  return [...set, `MOSAIC_HOME=${mosaicHome}`];
}

/** Whether the words of a process are those of that agent: a shell that was left in its pane has others. */
export function isAgentProcess(words: readonly string[], name: string): boolean {
  const at = words.indexOf(AGENT_COMMAND);
  return at !== -1 && words[at + 1] === name;
}
