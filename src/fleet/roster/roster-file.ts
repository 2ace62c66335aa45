/**
 * The roster's file, `fleet/roster.yaml` under MOSAIC_HOME: read by anybody at any time, changed under the registry
 * mutex. It is replaced whole, so whoever reads it finds the old text or the new one; a symbolic link stays one, and what
 * it leads to is replaced.
 */
import { chmodSync, lstatSync, readlinkSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Exclusive, RegistryMutex } from '../../backlog/registry-mutex.ts';
import { systemErrorCode } from '../../disk/filesystem.ts';
import { MosaicError } from '../../errors.ts';
import { type AgentEntry, readAgent } from './agent-entry.ts';
import { type EditedText, withAgent, withoutAgent } from './edit-roster.ts';
import { createEnvironmentFile, environmentFileOf } from './environment-file.ts';
import { parseRoster, type RosterLayout } from './parse-roster.ts';
import { emptyRoster } from './presets.ts';
import { parsedRoster, readRosterText, type RosterText } from './roster-text.ts';
import type { Agent, Roster } from './roster.ts';

export interface RosterPlace {
  readonly mosaicHome: string;
  /** What `~` means in a path. */
  readonly userHome: string;
}

export function rosterFileOf({ mosaicHome }: Pick<RosterPlace, 'mosaicHome'>): string {
  return `${mosaicHome}/fleet/roster.yaml`;
}

/** @throws MosaicError ROSTER_NOT_FOUND, ROSTER_INVALID, DISK_… */
export function readRoster(place: RosterPlace): Roster {
  const file = rosterFileOf(place);
  return readNow(file, place).roster;
}

/** @throws MosaicError ROSTER_EXISTS, LOCK_…, DISK_… */
export async function createRoster(
  mutex: RegistryMutex,
  place: RosterPlace,
  { text, roster }: RosterText,
): Promise<Roster> {
  const file = rosterFileOf(place);
  return mutex.run((exclusive) => {
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw rosterExists(file);
    exclusive.replace(file, text);
    return roster;
  });
}

export interface AddedAgent {
  readonly agent: Agent;
  /** Whether it is the first one of a new roster. */
  readonly isNewRoster: boolean;
}

/**
 * Adds an agent at the end, and its environment file before that; makes the roster when there is none.
 *
 * @param environment the text of its environment file; null for none
 * @throws MosaicError AGENT_EXISTS, INVALID_INPUT, ROSTER_INVALID, LOCK_…, DISK_…
 */
export async function addAgent(
  mutex: RegistryMutex,
  place: RosterPlace,
  entry: AgentEntry,
  environment: string | null,
): Promise<AddedAgent> {
  const agent = checkedAgent(entry, place);
  return mutex.run((exclusive) => {
    const file = rosterFileOf(place);
    const there = readIfThere(file, place);
    const before = there ?? emptyRoster(place.mosaicHome, place.userHome);
    const { agents } = before.roster;
    if (agents.some(({ name }) => name === agent.name)) throw agentExists(agent.name, file);
    const edited = edit(before, (layout) => withAgent(before.text, layout, entry));
    const changed = checkedEdit(edited, [...agents, agent], place);
    const environmentFile = environmentFileOf(place.mosaicHome, agent.name);
    if (environment !== null && !createEnvironmentFile(environmentFile, environment)) {
      throw environmentExists(environmentFile, agent.name);
    }
    try {
      put(exclusive, file, changed);
    } catch (error) {
      if (environment !== null) rmSync(environmentFile, { force: true });
      throw error;
    }
    return { agent, isNewRoster: there === null };
  });
}

/** @throws MosaicError AGENT_NOT_FOUND, ROSTER_NOT_FOUND, ROSTER_INVALID, LOCK_…, DISK_… */
export async function removeAgent(mutex: RegistryMutex, place: RosterPlace, name: string): Promise<Agent> {
  return mutex.run((exclusive) => {
    const file = rosterFileOf(place);
    const before = readNow(file, place);
    const { agents } = before.roster;
    const agent = agents.find((one) => one.name === name);
    if (agent === undefined) throw agentNotFound(name, agents, file);
    const edited = edit(before, (layout) => withoutAgent(before.text, layout, agents.indexOf(agent)));
    put(
      exclusive,
      file,
      checkedEdit(
        edited,
        agents.filter((one) => one !== agent),
        place,
      ),
    );
    return agent;
  });
}

/** @throws MosaicError ROSTER_NOT_FOUND, ROSTER_INVALID, DISK_… */
function readNow(file: string, place: RosterPlace): RosterText {
  const found = readIfThere(file, place);
  if (found === null) throw rosterNotFound(file);
  return found;
}

/** @throws MosaicError ROSTER_INVALID, DISK_… */
function readIfThere(file: string, { userHome }: RosterPlace): RosterText | null {
  const text = readRosterText(file, 'roster');
  return text === null ? null : parsedRoster(text, file, 'roster', userHome);
}

function edit({ layout }: RosterText, change: (layout: RosterLayout) => EditedText): EditedText {
  return layout === null ? null : change(layout);
}

/** The last word on an edit has the parser: nothing but what was meant may have changed. */
function checkedEdit(edited: EditedText, wanted: readonly Agent[], place: RosterPlace): string {
  const read = edited === null ? null : parseRoster(edited, place.userHome);
  if (edited !== null && read?.kind === 'roster') {
    if (JSON.stringify(read.roster.agents) === JSON.stringify(wanted)) return edited;
  }
  throw new MosaicError({
    code: 'ROSTER_INVALID',
    message: `The agents in ${rosterFileOf(place)} are written in a way that a command cannot change without touching the rest. Nothing was changed.`,
    hint: 'Change the file in your editor, then look at it with: mosaic fleet verify',
  });
}

function checkedAgent(entry: AgentEntry, { userHome }: RosterPlace): Agent {
  const read = readAgent(entry, userHome);
  if (read.kind === 'agent') return read.agent;
  throw new MosaicError({
    code: 'INVALID_INPUT',
    message: `${['The agent cannot be added.', ...read.problems.map(({ message }) => message)].join(' ')} Nothing was changed.`,
  });
}

/**
 * Puts the text in place, with the permissions of what was there. Only the registry's folder is fenced: a link may lead
 * to another disk, where nothing can be renamed to, and what is put there is put beside it first.
 */
function put(exclusive: Exclusive, link: string, text: string): void {
  const file = targetOf(link);
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  try {
    exclusive.replace(file, text);
  } catch (error) {
    if (systemErrorCode(error) !== 'EXDEV') throw error;
    const beside = `${file}.${process.pid}.new`;
    writeFileSync(beside, text, { flag: 'wx', flush: true });
    renameSync(beside, file);
  }
  if (mode !== undefined && statSync(file).mode !== mode) chmodSync(file, mode & 0o777);
}

/** What a link leads to, also when nothing is there yet. */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    return isLink ? resolve(dirname(file), readlinkSync(file)) : file;
  }
}

function rosterNotFound(file: string): MosaicError {
  return new MosaicError({
    code: 'ROSTER_NOT_FOUND',
    message: `There is no roster yet: ${file} does not exist.`,
    hint: 'Make one with: mosaic fleet init',
  });
}

function rosterExists(file: string): MosaicError {
  return new MosaicError({
    code: 'ROSTER_EXISTS',
    message: `There is a roster already, and it is never written over: ${file}. Nothing was changed.`,
    hint: 'See its agents with: mosaic fleet list. Add one with: mosaic fleet add NAME --runtime RUNTIME',
  });
}

function agentExists(name: string, file: string): MosaicError {
  return new MosaicError({
    code: 'AGENT_EXISTS',
    message: `There is an agent ${name} already in ${file}. Nothing was changed.`,
    hint: 'Choose another name. See which are taken with: mosaic fleet list',
  });
}

/** @throws MosaicError AGENT_NOT_FOUND */
export function agentIn({ agents }: Roster, file: string, name: string): Agent {
  const agent = agents.find((one) => one.name === name);
  if (agent === undefined) throw agentNotFound(name, agents, file);
  return agent;
}

function agentNotFound(name: string, agents: readonly Agent[], file: string): MosaicError {
  const known = agents.map((agent) => agent.name);
  return new MosaicError({
    code: 'AGENT_NOT_FOUND',
    message: `There is no agent ${JSON.stringify(name)} in ${file}. Nothing was changed.`,
    hint: known.length === 0 ? 'It has no agents.' : `Its agents are ${known.join(', ')}.`,
  });
}

function environmentExists(file: string, name: string): MosaicError {
  return new MosaicError({
    code: 'INVALID_INPUT',
    message: `There is an environment file for ${name} already, and it is never written over: ${file}. Nothing was changed.`,
    hint: 'Leave --env out to use it as it is, or look into it and move it away.',
  });
}
