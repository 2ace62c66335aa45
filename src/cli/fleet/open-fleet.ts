/** The fleet of a command: its roster, its tmux server, and systemd where its units are installed. */
import { mosaicHomeOf } from '../../backlog/open.ts';
import { MosaicError } from '../../errors.ts';
import { readTemplate } from '../../fleet/framework/template.ts';
import { bySystemd } from '../../fleet/life/by-systemd.ts';
import { byTmux } from '../../fleet/life/by-tmux.ts';
import { installationIn, unitFolder } from '../../fleet/life/installed-units.ts';
import type { Launch } from '../../fleet/life/launch.ts';
import type { Life } from '../../fleet/life/life.ts';
import { tmuxOf } from '../../fleet/life/panes.ts';
import { type UnitFile, unitFiles } from '../../fleet/life/units.ts';
import { agentIn, readRoster, type RosterPlace, rosterFileOf } from '../../fleet/roster/roster-file.ts';
import type { Agent, Roster } from '../../fleet/roster/roster.ts';
import { findProgram } from '../../host/look-around.ts';
import { Systemd } from '../../host/systemd.ts';
import type { Tmux } from '../../host/tmux.ts';
import type { Context } from '../context.ts';
import { rosterPlaceOf } from '../roster/place.ts';

export interface Fleet {
  readonly place: RosterPlace;
  readonly roster: Roster;
  readonly tmux: Tmux;
  readonly launch: Launch;
  /** Null where no units are installed: then tmux alone does it. */
  readonly systemd: Systemd | null;
  readonly life: Life;
}

const NOBODY: Roster = { version: 1, transport: 'tmux', agents: [] };

/**
 * @param need whether to go on without a roster that can be used: what runs can be seen and stopped all the same
 * @throws MosaicError ROSTER_NOT_FOUND, ROSTER_INVALID, DISK_…
 */
export async function openFleet(context: Context, need: 'roster' | 'what-runs' = 'roster'): Promise<Fleet> {
  const place = rosterPlaceOf(context);
  const roster = need === 'roster' ? readRoster(place) : await rosterIfUsable(context, place);
  const { env } = context;
  const launch = launchOf(context);
  const tmux = tmuxOf(place.mosaicHome, env);
  const installation = installationIn(unitFolder(env), place.mosaicHome);
  const systemd = installation.kind === 'ours' ? new Systemd({ environment: env }) : null;
  const transport = systemd === null ? byTmux(tmux, launch) : bySystemd(systemd, tmux, launch);
  return { place, roster, tmux, launch, systemd, life: { transport, tmux, launch } };
}

async function rosterIfUsable({ output }: Context, place: RosterPlace): Promise<Roster> {
  try {
    return readRoster(place);
  } catch (error) {
    if (!(error instanceof MosaicError)) throw error;
    const { code, message, hint } = error;
    await output.warn({ code, message, ...(hint === null ? {} : { hint }) });
    return NOBODY;
  }
}

/** This very program, for whoever is to start it again. */
export function launchOf(context: Context): Launch {
  const [, script = ''] = process.argv;
  return {
    mosaicHome: mosaicHomeOf(context.mosaicHome),
    program: [process.execPath, script, ...context.path.slice(1)],
    environment: context.env,
  };
}

/** What the unit files should hold. @throws MosaicError TEMPLATE_INVALID, INTERNAL, DISK_… */
export async function wantedUnits(launch: Launch, tmux: Tmux): Promise<readonly UnitFile[]> {
  const { mosaicHome, environment } = launch;
  const file = await findProgram('tmux', mosaicHome, environment['PATH'] ?? '');
  return unitFiles(launch, file ?? 'tmux', tmux.socket, (name) => readTemplate(mosaicHome, `systemd/user/${name}`));
}

/** The agent of that name, or all of them. @throws MosaicError AGENT_NOT_FOUND */
export function chosen({ roster, place }: Pick<Fleet, 'roster' | 'place'>, name: string | undefined): readonly Agent[] {
  return name === undefined ? roster.agents : [agentIn(roster, rosterFileOf(place), name)];
}
