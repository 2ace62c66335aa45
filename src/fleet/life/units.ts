/**
 * The unit files of a fleet, as text: one that holds the tmux server, and one of which every agent is an instance. Why
 * they are as they are stands in their templates.
 */
import { filledIn, isComment, type Template, type Values } from '../framework/template.ts';
import { keeperWords, type Launch, PASSED_ON, passedOn } from './launch.ts';

export const HOLDER_UNIT = 'mosaic-tmux-holder.service';
export const AGENT_TEMPLATE = 'mosaic-agent@.service';

type UnitName = typeof HOLDER_UNIT | typeof AGENT_TEMPLATE;
/** All there are. */
export const UNITS: readonly UnitName[] = [HOLDER_UNIT, AGENT_TEMPLATE];

export function unitOf(name: string): string {
  return `mosaic-agent@${name}.service`;
}

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** A keeper ends with it when its agent had to be stopped by force; for systemd that is as good as any other stop. */
export const FORCED_STATUS = 4;

/** The first line of a unit file that is ours; it says which fleet the file is for. No template can leave it out. */
const MARK = '# Written by mosaic-fleet for the fleet in ';

/** The home that a unit file is for; null for one that somebody else wrote. */
export function homeOfUnit(text: string): string | null {
  const [line = ''] = text.split('\n');
  return line.startsWith(MARK) ? line.slice(MARK.length) : null;
}

/**
 * @param tmuxFile where tmux is: a unit wants a whole path
 * @param socket of the server
 * @throws MosaicError TEMPLATE_INVALID
 */
export function unitFiles(
  launch: Launch,
  tmuxFile: string,
  socket: string,
  templateOf: (name: UnitName) => Template,
): readonly UnitFile[] {
  const variable = passedOn(launch).map(quoted);
  const values: Readonly<Record<UnitName, Values>> = {
    [HOLDER_UNIT]: {
      'tmux-server': commandLine([tmuxFile, '-L', socket, '-f', '/dev/null', '-D']),
      variable,
    },
    [AGENT_TEMPLATE]: {
      'holder-unit': HOLDER_UNIT,
      keeper: commandLine(keeperWords(launch, '%i')),
      variable,
      'forced-status': String(FORCED_STATUS),
    },
  };
  return UNITS.map((name) => ({
    name,
    text: `${MARK}${launch.mosaicHome}\n${filledIn(templateOf(name), values[name])}`,
  }));
}

/** What need not be the same in the shell that installed the units and in this one. */
const HANDED_ON = new RegExp(`^Environment="(${PASSED_ON.join('|')})=`);

/** Whether systemd makes the same of both texts, but for what is handed on from the shell. Comments are for people. */
export function meansTheSame(one: string, other: string): boolean {
  return settingsOf(one) === settingsOf(other);
}

function settingsOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !isComment(line) && !HANDED_ON.test(line))
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
