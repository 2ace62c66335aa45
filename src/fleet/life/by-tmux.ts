/** Brings a fleet up and down in tmux alone. */
import { homedir } from 'node:os';
import type { Tmux } from '../../host/tmux.ts';
import type { Agent } from '../roster/roster.ts';
import { known, startPane } from './agent-pane.ts';
import type { Launch } from './launch.ts';
import { did, SERVER, type Step } from './steps.ts';
import { foreignUse, stoppingPanes } from './stopping-panes.ts';
import type { Transport } from './transport.ts';

export function byTmux(tmux: Tmux, launch: Launch): Transport {
  return {
    kind: 'tmux',
    starting: (agents) => [startingServer(tmux), ...agents.map((agent) => starting(tmux, launch, agent))],
    stopping: (names) => stoppingPanes(tmux, launch, names, 'tmux'),
    stoppingServer: () => [stoppingServer(tmux)],
    // Its pane tells.
    givenUpOn: async () => null,
    whereToLook: (name) => `mosaic fleet agent logs ${name}`,
    remembering: () => null,
  };
}

export function workingFolderOf({ cwd }: Agent): string {
  return cwd ?? homedir();
}

function startingServer(tmux: Tmux): Step {
  return {
    name: `start the ${SERVER}`,
    subject: SERVER,
    async run() {
      // The option in the same call: a server without a session would end at once.
      known(await tmux.startServer('set-option', '-s', 'exit-empty', 'off'));
      return null;
    },
  };
}

function starting(tmux: Tmux, launch: Launch, agent: Agent): Step {
  const { name } = agent;
  return {
    name: `start ${name}`,
    subject: name,
    run: async () => did(name, await startPane(tmux, { launch, name, folder: workingFolderOf(agent), keptBy: 'tmux' })),
  };
}

function stoppingServer(tmux: Tmux): Step {
  return {
    name: `stop the ${SERVER}`,
    subject: SERVER,
    async run() {
      const inUse = await foreignUse(tmux, 'tmux');
      if (inUse !== null) return inUse;
      const answer = await tmux.command('kill-server');
      if (answer.kind === 'no-server') return did(SERVER, 'not-running');
      known(answer);
      return did(SERVER, 'stopped');
    },
  };
}
