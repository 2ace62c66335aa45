/**
 * Would the fleet start as its roster says? Looks at what every agent needs, and says what to do about what is missing.
 * Starts nothing and changes nothing; what it asks of the machine is passed in.
 */
import type { Finding } from '../../backlog/backlog.ts';
import type { FileFacts } from '../../host/look-around.ts';
import { environmentFileOf } from './environment-file.ts';
import type { RosterPlace } from './roster-file.ts';
import type { Agent, Roster } from './roster.ts';
import { SHELL } from './runtimes.ts';
import { backlogProblems } from './verify-backlog.ts';

export interface Machine {
  /** The program that would be started as `name` in `folder`; null when there is none. */
  findProgram(name: string, folder: string): Promise<string | null>;
  factsOf(path: string): Promise<FileFacts | null>;
  isInWorkTree(folder: string): Promise<boolean>;
  /** `DATABASE_URL` in an environment file; empty where there is none. */
  databaseUrlIn(file: string): string;
  /** Of whoever asks; empty is none. */
  readonly databaseUrl: string;
  /** Null where users have no numbers. */
  readonly userId: number | null;
}

export interface RosterReport {
  readonly roster: string;
  readonly agents: number;
  /** No finding is an error. */
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
}

interface Problem {
  readonly code: string;
  readonly severity: Finding['severity'];
  readonly message: string;
  readonly hint: string | null;
}

/** @param file where the roster stands */
export async function verifyRoster(
  roster: Roster,
  file: string,
  place: RosterPlace,
  machine: Machine,
): Promise<RosterReport> {
  const findings: Finding[] = [];
  const note = (subject: string | null, problems: readonly Problem[]): void => {
    findings.push(...problems.map((problem) => ({ ...problem, subject, fixed: null })));
  };
  note(null, await fleetProblems(roster, place, machine));
  note(file, guardProblems(file, await machine.factsOf(file), machine, 'change'));
  for (const agent of roster.agents) {
    const environment = environmentFileOf(place.mosaicHome, agent.name);
    note(agent.name, [
      ...(await programProblems(agent, place, machine)),
      ...(await folderProblems(agent, machine)),
      ...environmentProblems(environment, await machine.factsOf(environment), machine),
      ...backlogProblems(environment, machine.databaseUrlIn(environment), machine.databaseUrl),
    ]);
  }
  note(null, sharedFolders(roster.agents));
  const healthy = findings.every(({ severity }) => severity !== 'error');
  return { roster: file, agents: roster.agents.length, healthy, findings };
}

async function fleetProblems(roster: Roster, { userHome }: RosterPlace, machine: Machine): Promise<readonly Problem[]> {
  if (roster.agents.length === 0) {
    const hint = 'mosaic fleet add coder0 --runtime claude';
    return [{ code: 'no-agents', severity: 'warning', message: 'The roster has no agents.', hint }];
  }
  if ((await machine.findProgram('tmux', userHome)) !== null) return [];
  const message = 'tmux is not there, and every agent lives in a session of it.';
  const hint = 'Install it, for example with: sudo apt install tmux';
  return [{ code: 'no-tmux', severity: 'error', message, hint }];
}

async function programProblems(agent: Agent, { userHome }: RosterPlace, machine: Machine): Promise<readonly Problem[]> {
  const program = programOf(agent.command, userHome);
  if (program === null) return [];
  if ((await machine.findProgram(program, agent.cwd ?? userHome)) !== null) return [];
  if (!program.includes('/')) {
    const message = `The program ${program} is not on the PATH.`;
    return [
      { code: 'no-program', severity: 'error', message, hint: `Install it, or see where it is: which ${program}` },
    ];
  }
  if ((await machine.factsOf(resolved(program, agent.cwd ?? userHome)))?.kind === 'file') {
    const message = `The program ${program} is there, but may not be executed.`;
    return [{ code: 'no-program', severity: 'error', message, hint: `chmod +x ${program}` }];
  }
  const message = `The program ${program} does not exist.`;
  return [{ code: 'no-program', severity: 'error', message, hint: 'Write it, or give the agent another command.' }];
}

/** The program that is started first; null when only a shell can tell. */
function programOf(command: readonly string[], userHome: string): string | null {
  const [first = '', flag, script] = command;
  if (first !== 'sh' || flag !== '-c' || script === undefined) return first;
  const word = /^\s*(?:exec\s+)?(~?[\w./+-]+)(?=\s|;|$)/.exec(script)?.[1];
  if (word === undefined || SHELL_WORDS.has(word)) return null;
  return word.startsWith('~/') ? `${userHome}/${word.slice(2)}` : word;
}

/** What a shell does by itself, and for which there may be no program. */
const SHELL_WORDS: ReadonlySet<string> = new Set([
  ...['if', 'for', 'while', 'until', 'case', 'cd', 'set', 'export', 'unset', 'trap', 'umask', 'ulimit', 'eval', 'exit'],
  ...['.', ':', 'read', 'test', 'true', 'false', 'echo', 'printf', 'command', 'wait', 'shift', 'type', 'exec', 'kill'],
]);

function resolved(program: string, folder: string): string {
  return program.startsWith('/') ? program : `${folder}/${program}`;
}

async function folderProblems({ cwd, runtime }: Agent, machine: Machine): Promise<readonly Problem[]> {
  if (cwd === null) {
    // A script goes where it has to; a model takes what lies around it for its work.
    if (runtime === SHELL) return [];
    const message = 'It has no folder of its own, and works in your home folder.';
    const hint = 'Give it one in the roster, best a work tree of git: cwd: ~/src/project';
    return [{ code: 'no-folder', severity: 'warning', message, hint }];
  }
  const kind = (await machine.factsOf(cwd))?.kind;
  if (kind === undefined) {
    const message = `Its folder ${cwd} does not exist.`;
    return [{ code: 'no-folder', severity: 'error', message, hint: `mkdir -p ${cwd}, or better a git worktree add` }];
  }
  if (kind !== 'folder') {
    const message = `Its folder ${cwd} is no folder.`;
    return [{ code: 'no-folder', severity: 'error', message, hint: 'Change cwd in the roster.' }];
  }
  if (await machine.isInWorkTree(cwd)) return [];
  const message = `Its folder ${cwd} is no work tree of git, so what the agent does there cannot be taken back.`;
  return [{ code: 'no-work-tree', severity: 'warning', message, hint: `git -C ${cwd} init` }];
}

function environmentProblems(file: string, facts: FileFacts | null, machine: Machine): readonly Problem[] {
  if (facts === null) return [];
  if (facts.kind !== 'file') {
    const message = `Its environment file ${file} is no file.`;
    return [{ code: 'no-environment', severity: 'error', message, hint: 'Look what it is and move it away.' }];
  }
  return guardProblems(file, facts, machine, 'read');
}

/** Whoever may change the roster has commands run as us; whoever may read an environment file has its keys. */
function guardProblems(
  file: string,
  facts: FileFacts | null,
  { userId }: Machine,
  against: 'read' | 'change',
): readonly Problem[] {
  if (facts === null) return [];
  const problems: Problem[] = [];
  if (userId !== null && facts.owner !== userId) {
    const message = `The file ${file} belongs to another user (number ${facts.owner}), who decides what stands in it.`;
    const hint = `sudo chown ${userId} ${file}`;
    problems.push({ code: 'foreign-file', severity: 'warning', message, hint });
  }
  const isOpen = (facts.mode & (against === 'read' ? 0o077 : 0o022)) !== 0;
  if (isOpen) {
    const message = `Others may ${against} the file ${file}.`;
    const hint = `chmod ${against === 'read' ? '600' : 'go-w'} ${file}`;
    problems.push({ code: 'open-file', severity: 'warning', message, hint });
  }
  return problems;
}

/** Two agents in one work tree write over each other's files, and neither notices. */
function sharedFolders(agents: readonly Agent[]): readonly Problem[] {
  const inside = new Map<string, string[]>();
  for (const { name, cwd } of agents) {
    if (cwd !== null) inside.set(cwd, [...(inside.get(cwd) ?? []), name]);
  }
  return [...inside].flatMap(([cwd, names]): readonly Problem[] => {
    if (names.length === 1) return [];
    const message = `${names.join(', ')} work in the same folder ${cwd}, and may write over each other's files.`;
    const hint = `Give each a work tree of its own, for example: git -C ${cwd} worktree add ../${names.at(-1) ?? ''}`;
    return [{ code: 'shared-folder', severity: 'warning', message, hint }];
  });
}
