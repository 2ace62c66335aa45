/** `status`: what every agent does at this moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FleetStatus, fleetStatus } from '../../fleet/life/status.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { jsonLine } from '../output/output.ts';
import { flag } from '../parse/option.ts';
import { agentName } from '../parse/values.ts';
import { fleetTable } from '../print/fleet-table.ts';
import { chosen, type Fleet, openFleet } from './open-fleet.ts';

const REDRAWN_EVERY_MS = 1000;

export const command: RunnableCommand = defineCommand({
  options: { name: agentName('only this agent'), watch: flag('--watch', 'draw it anew every second') },
  details: 'Found out from what runs: tmux, systemd, the heartbeats and the backlog. Under --json --watch a line each.',
  examples: ['status', 'status coder0 --json', 'status --watch'],
  async run(context, { name, watch }) {
    const { output } = context;
    if (watch === undefined) {
      const status = await look(context, name);
      await output.answer(status, (screen) => fleetTable(status, screen));
      return;
    }
    const signal = context.interrupts();
    for (let drawn = 0; !signal.aborted;) {
      const status = await look(context, name);
      if (output.asJson) await output.write(jsonLine(status));
      else drawn = await draw(context, fleetTable(status, output.screen), drawn);
      await sleep(REDRAWN_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  },
});

/** The roster, too, may have changed since. */
async function look(context: Context, name: string | undefined): Promise<FleetStatus> {
  const fleet: Fleet = await openFleet(context, 'what-runs');
  const status = await fleetStatus({
    mosaicHome: fleet.place.mosaicHome,
    roster: fleet.roster,
    ...{ tmux: fleet.tmux, systemd: fleet.systemd, backlog: await context.backlog(), nowMs: context.nowMs() },
  });
  if (name === undefined) return status;
  const agents = status.agents.filter((agent) => agent.name === name);
  if (agents.length === 0) chosen(fleet, name);
  return { ...status, agents, others: status.others.filter(({ owner }) => owner === name) };
}

/** Over what was drawn before. @returns how many lines stand there now */
async function draw({ output }: Context, page: string, drawn: number): Promise<number> {
  if (output.screen.columns === null) {
    await output.write(`${page}\n`);
    return 0;
  }
  const back = drawn === 0 ? '' : `\x1b[${drawn}A\x1b[J`;
  await output.write(`${back}${page}`);
  return page.split('\n').length - 1;
}
