/** The unit files of a fleet, as text: one that holds the tmux server, and one of which every agent is an instance. Pure. */
import { keeperWords, type Launch, passedOn } from './launch.ts';

export const HOLDER_UNIT = 'mosaic-tmux-holder.service';
export const AGENT_TEMPLATE = 'mosaic-agent@.service';

export function unitOf(name: string): string {
  return `mosaic-agent@${name}.service`;
}

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** A keeper ends with it when its agent had to be stopped by force; for systemd that is as good as any other stop. */
export const FORCED_STATUS = 4;

/** Says that a unit file is ours, and which fleet it is for. */
const MARK = '# Written by mosaic-fleet for the fleet in ';

/** The home that a unit file is for; null for one that somebody else wrote. */
export function homeOfUnit(text: string): string | null {
  const [line = ''] = text.split('\n');
  return line.startsWith(MARK) ? line.slice(MARK.length) : null;
}

/** @param tmuxFile where tmux is: a unit wants a whole path @param socket of the server */
export function unitFiles(launch: Launch, tmuxFile: string, socket: string): readonly UnitFile[] {
  return [
    { name: HOLDER_UNIT, text: holder(launch, tmuxFile, socket) },
    { name: AGENT_TEMPLATE, text: agent(launch) },
  ];
}

function head({ mosaicHome }: Launch): string {
  return `${MARK}${mosaicHome}
# Changes are lost when it is written anew; put yours into a drop-in: systemctl --user edit`;
}

/**
 * In the foreground, a tmux server stays without a session, and systemd sees it end. Nothing installs it: the agents
 * require it, so it comes up at login with the first of them, and not when all were stopped.
 */
function holder(launch: Launch, tmuxFile: string, socket: string): string {
  return `${head(launch)}
[Unit]
Description=The tmux server of the fleet
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${commandLine([tmuxFile, '-L', socket, '-f', '/dev/null', '-D'])}
UnsetEnvironment=TMUX TMUX_PANE TMUX_TMPDIR
${environment(launch)}
Restart=on-failure
RestartSec=1
`;
}

/**
 * An agent's process belongs to the tmux server. What systemd keeps is a process that starts it, watches it, and ends as
 * it ends. Status 2 is for an agent that cannot be started as the roster has it: to try again would not help.
 *
 * Only the keeper itself is told to stop (`KillMode=mixed`): a client of tmux that it has just asked something would
 * otherwise be ended in the middle of its answer.
 *
 * The server is required, and not bound to: when it is stopped the agents are stopped before it, and when it dies each of
 * them dies with it, and is started again on the next one. A bound unit would be stopped for good.
 */
function agent(launch: Launch): string {
  const [program = '', ...words] = keeperWords(launch, '%i');
  return `${head(launch)}
[Unit]
Description=Agent %i of the fleet
Requires=${HOLDER_UNIT}
After=${HOLDER_UNIT}
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${commandLine([program, ...words])}
${environment(launch)}
Restart=on-failure
RestartPreventExitStatus=2
SuccessExitStatus=${FORCED_STATUS}
RestartSec=2
KillMode=mixed
TimeoutStopSec=45

[Install]
WantedBy=default.target
`;
}

function environment(launch: Launch): string {
  return passedOn(launch)
    .map((one) => `Environment=${quoted(one)}`)
    .join('\n');
}

function commandLine(words: readonly string[]): string {
  return words.map((word, index) => (word === '%i' ? word : index === 0 ? quoted(word) : argument(word))).join(' ');
}

/** Variables are put in everywhere but in the program's own path, where two dollar signs would stay two. */
function argument(word: string): string {
  return quoted(word).replaceAll('$', '$$$$');
}

/** `%` begins a specifier, and a backslash an escape. See systemd.syntax(7) and systemd.service(5). */
function quoted(word: string): string {
  return `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
}
