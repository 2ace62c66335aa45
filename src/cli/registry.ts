/**
 * Every command there is: its name, what it does in a line, the words people and agents try instead, and where its code
 * is. Nothing of a command is loaded until it is run.
 */
import type { RunnableCommand } from './command.ts';

export interface CommandEntry {
  readonly kind: 'command';
  readonly name: string;
  readonly summary: string;
  /** Other words for it that cannot mean anything else; understood, with a hint at the name. */
  readonly guesses?: readonly string[];
  /** Not shown in `--help`: for the program's own use. */
  readonly isHidden?: true;
  readonly load: () => Promise<{ readonly command: RunnableCommand }>;
}

export interface GroupEntry {
  readonly kind: 'group';
  readonly name: string;
  readonly summary: string;
  readonly themes: readonly Theme[];
  readonly examples: readonly string[];
  /** Words that have no command here, and what to do instead. */
  readonly missing?: Readonly<Record<string, string>>;
}

export type Entry = CommandEntry | GroupEntry;

export interface Theme {
  readonly title: string;
  readonly entries: readonly Entry[];
}

export function entriesOf(group: GroupEntry): readonly Entry[] {
  return group.themes.flatMap(({ entries }) => entries);
}

type Load = CommandEntry['load'];

function command(name: string, summary: string, load: Load, guesses: readonly string[] = []): CommandEntry {
  return { kind: 'command', name, summary, load, guesses };
}

/** For the program's own use; not shown in `--help`. */
function hidden(name: string, summary: string, load: Load): CommandEntry {
  return { kind: 'command', name, summary, load, isHidden: true };
}

const CARDS: Theme = {
  title: 'Cards',
  entries: [
    command('create', 'Adds a card', () => import('./backlog/create.ts'), ['add', 'new']),
    command('show', 'Shows a card as a page', () => import('./backlog/show.ts'), ['get', 'cat', 'view']),
    command('list', 'Lists cards in the order of claiming', () => import('./backlog/list.ts'), ['ls']),
    command('update', 'Changes fields of a card', () => import('./backlog/update.ts'), ['set', 'modify']),
    command('edit', 'Opens a card in your editor', () => import('./backlog/edit.ts')),
    command('link', 'Makes a card depend on another', () => import('./backlog/link.ts'), ['dep', 'depend', 'add-dep']),
    command('unlink', 'Takes a dependency away', () => import('./backlog/unlink.ts'), ['undep', 'rm-dep']),
  ],
};

const WORK: Theme = {
  title: 'Work',
  entries: [
    command('claim', 'Takes the next card, or the one named', () => import('./backlog/claim.ts'), ['next', 'take']),
    command('renew', 'Extends a claim', () => import('./backlog/renew.ts'), ['heartbeat', 'extend']),
    command('complete', 'Finishes a card', () => import('./backlog/complete.ts'), ['done', 'close', 'finish']),
    command('fail', 'Gives a card back after a failed attempt', () => import('./backlog/fail.ts')),
    command('release', 'Gives a card back untouched', () => import('./backlog/release.ts'), ['abandon', 'unclaim']),
  ],
};

const STEERING: Theme = {
  title: 'Steering',
  entries: [
    command('block', 'Parks a card, with a reason', () => import('./backlog/block.ts'), ['park']),
    command('unblock', 'Makes a blocked card ready again', () => import('./backlog/unblock.ts'), ['unpark']),
    command('reclaim', 'Takes expired claims back, or a named one', () => import('./backlog/reclaim.ts')),
    command('archive', 'Moves old done cards out of the way', () => import('./backlog/archive.ts')),
  ],
};

const INSIGHT: Theme = {
  title: 'Insight',
  entries: [
    command('stats', 'Counts cards by status, phase and owner', () => import('./backlog/stats.ts')),
    command('explain', 'Says why a card cannot be claimed now', () => import('./backlog/explain.ts'), ['why']),
    command('history', 'Lists what happened to cards', () => import('./backlog/history.ts'), ['log']),
    command('watch', 'Shows changes as they happen', () => import('./backlog/watch.ts'), ['follow']),
  ],
};

const WHOLE: Theme = {
  title: 'The whole backlog',
  entries: [
    command('import', 'Brings cards in from JSON Lines', () => import('./backlog/import.ts')),
    command('export', 'Writes all cards as JSON Lines', () => import('./backlog/export.ts'), ['dump']),
    command('batch', 'Applies many operations, all or none', () => import('./backlog/batch.ts')),
    command('doctor', 'Checks everything and repairs what is safe', () => import('./backlog/doctor.ts'), ['fsck']),
    command('schema', 'Prints the JSON Schema of a card', () => import('./backlog/schema.ts')),
  ],
};

export const BACKLOG: GroupEntry = {
  kind: 'group',
  name: 'backlog',
  summary: 'Cards that many workers share: each is claimed once, and none is lost',
  themes: [CARDS, WORK, STEERING, INSIGHT, WHOLE],
  examples: [
    'create A1 --title "Write the parser" --priority 5',
    'claim --owner coder0',
    'complete A1 --owner coder0',
    'list --ready-only',
  ],
  missing: {
    ready: '`list --ready-only` lists the cards that can be claimed now.',
    status: '`stats` counts the cards; `show ID` shows where one stands.',
    start: '`claim --owner NAME --id ID` starts work on a card.',
    delete: 'Cards are never deleted by a command; `archive` moves done ones out of the way.',
    rm: 'Cards are never deleted by a command; `archive` moves done ones out of the way.',
    remove: 'Cards are never deleted by a command; `archive` moves done ones out of the way.',
    reopen: '`release ID` makes a claimed or done card ready again; `unblock ID` a blocked one.',
    retry: '`release ID` makes a claimed or done card ready again; `unblock ID` a blocked one.',
    init: 'Nothing needs to be set up: the first `create` or `import` makes the backlog.',
    deps: '`list --tree` shows what waits for what; `show ID` the dependencies of one card.',
    graph: '`list --tree` shows what waits for what.',
  },
};

const ROSTER: Theme = {
  title: 'Roster',
  entries: [
    command('init', 'Makes a roster to begin with', () => import('./roster/init.ts')),
    command('add', 'Adds an agent to the roster', () => import('./roster/add.ts')),
    command('remove', 'Takes an agent out of the roster', () => import('./roster/remove.ts'), ['rm']),
    command('list', 'Lists the agents', () => import('./roster/list.ts'), ['ls', 'agents']),
    command('verify', 'Says what is missing before the fleet can start', () => import('./roster/verify.ts'), ['check']),
  ],
};

const AGENT: GroupEntry = {
  kind: 'group',
  name: 'agent',
  summary: 'The terminals of the agents: say something to one, look at it, read what it showed',
  themes: [
    {
      title: 'Commands',
      entries: [
        command('send', 'Types a message to an agent, and sees that it arrives', () => import('./agent/send.ts'), [
          ...['tell', 'say', 'type'],
        ]),
        command('attach', 'Opens the terminal of an agent', () => import('./agent/attach.ts'), ['open', 'enter']),
        command('watch', 'Opens it to look on, without typing', () => import('./agent/watch.ts'), ['follow', 'view']),
        command('logs', 'Prints what the terminal of an agent showed', () => import('./agent/logs.ts'), ['log', 'cat']),
      ],
    },
  ],
  examples: ['send coder0 "The tests are red, please look"', 'logs coder0 --lines 40', 'attach coder0'],
};

const LIFE: Theme = {
  title: 'Life cycle',
  entries: [
    command('start', 'Brings up the fleet, or one agent', () => import('./fleet/start.ts'), ['up']),
    command('stop', 'Brings down the fleet, or one agent', () => import('./fleet/stop.ts'), ['down']),
    command('restart', 'Brings down and up, one restart at a time', () => import('./fleet/restart.ts')),
    command('status', 'Shows what every agent does now', () => import('./fleet/status.ts'), ['ps', 'top']),
    AGENT,
    command('install-systemd', 'Lets systemd keep the fleet', () => import('./fleet/install-systemd.ts')),
    command('doctor', 'Says what is wrong with the fleet', () => import('./fleet/doctor.ts')),
    hidden('__agent', 'Is an agent, in its pane', () => import('./work/agent-process.ts')),
    hidden('__keep', 'Keeps an agent for systemd', () => import('./work/keeper.ts')),
  ],
};

const FLEET: GroupEntry = {
  kind: 'group',
  name: 'fleet',
  summary: 'A backlog for a fleet of workers, in plain files',
  themes: [
    { title: 'Cards', entries: [BACKLOG] },
    ROSTER,
    LIFE,
    {
      title: 'Work',
      entries: [
        command('work', 'Runs a command on one card after another', () => import('./work/work.ts'), ['worker']),
      ],
    },
    {
      title: 'Around it',
      entries: [
        command('demo', 'Shows several workers drain a backlog', () => import('./demo/demo.ts')),
        command('completion', 'Prints the completion script for a shell', () => import('./completion/completion.ts')),
        command('update', 'Installs a newer version, or another', () => import('./install/update.ts'), ['upgrade']),
        hidden('__install', 'Puts this package in place', () => import('./install/place.ts')),
        hidden('__uninstall', 'Takes away what was installed', () => import('./install/remove.ts')),
        hidden('__installed', 'Says what is installed', () => import('./install/look.ts')),
        hidden('__complete', 'Lists what may stand next on a command line', () => import('./completion/candidates.ts')),
        hidden('__demo-worker', 'Is one worker of the demo', () => import('./demo/worker.ts')),
      ],
    },
  ],
  missing: {
    create: '`backlog create` adds a card.',
    claim: '`backlog claim` takes a card; `work` runs a command on one card after another.',
    complete: '`backlog complete` finishes a card.',
    reclaim: '`backlog reclaim` takes claims back.',
    send: '`agent send NAME TEXT` types a message to an agent.',
    attach: '`agent attach NAME` opens the terminal of an agent.',
    logs: '`agent logs NAME` prints what the terminal of an agent showed.',
  },
  examples: ['demo', 'backlog create A1 --title "Write the parser"', 'add coder0 --runtime claude', 'verify'],
};

const ROOT: GroupEntry = {
  kind: 'group',
  name: 'mosaic',
  summary: 'Tools for a fleet of workers',
  themes: [{ title: 'Commands', entries: [FLEET] }],
  examples: ['fleet demo', 'fleet backlog list'],
};

/** What stands at the top for each name the program goes by. */
export const PROGRAMS: Readonly<Record<'mosaic' | 'mosaic-fleet', GroupEntry>> = {
  mosaic: ROOT,
  'mosaic-fleet': { ...FLEET, name: 'mosaic-fleet' },
};

export const FLEET_GROUP: GroupEntry = FLEET;
