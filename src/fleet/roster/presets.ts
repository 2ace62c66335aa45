/** Rosters to begin with. Their comments are for the person who opens the file. Pure. */

const HEAD = `# The fleet: its agents, in the order in which they are started.
#
# An agent has a name and a runtime: claude, codex, opencode, pi, shell, or any other with its command.
# It may also have:
#   mode     worker: its command is run anew for each card; session: it runs on and takes cards by itself
#   command  what it runs, for sh, or a list of words; args: words added to the runtime's own command
#   cwd      the folder it works in, absolute or with ~/; best a git work tree of its own
#   phases   only cards of one of these, such as [M1, M2]; labels: only cards with one of these
#   ttl      how long a claim lasts without a sign of life, such as 15m
# Its secrets stand in fleet/agents/NAME.env. After a change: mosaic fleet verify
version: 1
transport: tmux
agents:
`;

/** The worker in every preset that needs a command; \`verify\` says so as long as it is missing. */
const SCRIPT = '~/fleet/work-on-card.sh';

function shellWorker(name: string): string {
  return `  - name: ${name}\n    runtime: shell\n    command: ${SCRIPT}\n`;
}

const ON_CARD = `  # The script finds the card as JSON on its standard input; when it ends with 0, the card is done.\n`;

const ONE = `${HEAD}${ON_CARD}${shellWorker('coder0')}    # cwd: ~/src/project\n`;

const FOUR = `${HEAD}${ON_CARD}${[0, 1, 2, 3].map((number) => shellWorker(`coder${number}`)).join('')}`;

const MIXED = `${HEAD}  # Talks with you, cuts the work into cards, and looks at what comes back.
  - name: planner
    runtime: claude

  # Nobody is there to answer a question of a worker, so each is told beforehand that it may change files.
  - name: coder0
    runtime: claude
    mode: worker
    args: [--permission-mode, acceptEdits]
    # cwd: ~/src/project-coder0
    ttl: 30m

  - name: coder1
    runtime: codex
    mode: worker
    args: [--sandbox, workspace-write]
    # cwd: ~/src/project-coder1
    ttl: 30m

  # Takes only cards with the label check, and needs no model for them.
  - name: checker
    runtime: shell
    command: ~/fleet/check-card.sh
    labels: [check]
`;

export type Preset = 'one' | 'four' | 'mixed';

export const PRESETS: readonly Preset[] = ['one', 'four', 'mixed'];

const TEXTS: Readonly<Record<Preset, string>> = { one: ONE, four: FOUR, mixed: MIXED };

export function presetText(preset: Preset): string {
  return TEXTS[preset];
}

/** A roster without agents, for the first one to be added. */
export const EMPTY_ROSTER: string = HEAD.replace('agents:\n', 'agents: []\n');
