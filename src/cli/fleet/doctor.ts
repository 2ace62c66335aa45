/** `doctor`: is the fleet as it should be? */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { MosaicError } from '../../errors.ts';
import { diagnose, type SystemdFacts } from '../../fleet/life/diagnosis.ts';
import { areUpToDate, unitFolder } from '../../fleet/life/installed-units.ts';
import type { Launch } from '../../fleet/life/launch.ts';
import { fleetStatus } from '../../fleet/life/status.ts';
import { readRestartLock } from '../../fleet/restart/read-restart-lock.ts';
import { restartLockPath } from '../../fleet/restart/take-restart-lock.ts';
import type { Tmux } from '../../host/tmux.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { fleetPage } from '../print/findings.ts';
import { type Fleet, openFleet, wantedUnits } from './open-fleet.ts';

export const command: RunnableCommand = defineCommand({
  options: {},
  details:
    'Agents that have died or fallen silent, cards whose owners are dead, restarts that broke off, and what systemd may do ' +
    'to the fleet. verify says what is missing before it can start; backlog doctor looks at the cards.',
  examples: ['doctor', 'doctor --json'],
  async run(context) {
    const fleet = await openFleet(context, 'what-runs');
    const { mosaicHome } = fleet.place;
    const backlog = await context.backlog();
    const { roster, tmux, systemd } = fleet;
    const findings = diagnose({
      status: await fleetStatus({ mosaicHome, roster, tmux, systemd, backlog, nowMs: context.nowMs() }),
      lock: readRestartLock(restartLockPath(mosaicHome)),
      systemd: await systemdFacts(context, fleet),
    });
    const healthy = findings.every(({ severity }) => severity !== 'error');
    const report = { mosaicHome, agents: roster.agents.length, healthy, findings };
    await context.output.answer(report, (screen) => fleetPage(report, screen));
    return healthy ? DONE : FAILED;
  },
});

async function systemdFacts({ env }: Context, { systemd, launch, tmux }: Fleet): Promise<SystemdFacts | null> {
  if (systemd === null) return null;
  const state = await systemd.state();
  const user = env['USER'] ?? userInfo().username;
  return {
    units: await unitFacts(unitFolder(env), launch, tmux),
    unreachable: state.kind === 'answer' ? null : state.kind === 'missing' ? 'systemctl is not there' : state.reason,
    isLingering: isLingering(user),
    version: await systemd.version(),
    user,
  };
}

/** A template that is of no use is no reason to keep silent about all the rest. */
async function unitFacts(folder: string, launch: Launch, tmux: Tmux): Promise<SystemdFacts['units']> {
  try {
    return areUpToDate(folder, await wantedUnits(launch, tmux)) ? 'up-to-date' : 'old';
  } catch (error) {
    if (!(error instanceof MosaicError)) throw error;
    return { unknownBecause: error.message, hint: error.hint };
  }
}

const LINGER_FOLDER = '/var/lib/systemd/linger';

/** As logind itself keeps it; null where there is no logind. */
function isLingering(user: string): boolean | null {
  return existsSync('/run/systemd/seats') || existsSync(LINGER_FOLDER) ? existsSync(`${LINGER_FOLDER}/${user}`) : null;
}
