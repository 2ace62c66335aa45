/**
 * One agent as it stands in the roster, and what it means. Every problem is a whole sentence with the path of the value
 * it is about; where in the file that is, only the file's parser knows.
 */
import { posix } from 'node:path';
import * as z from 'zod/mini';
import { checked, kindError } from '../../backlog/card-schema.ts';
import { DEFAULT_CLAIM_TTL_SECONDS } from '../../card/card.ts';
import { checkLabel, checkPhase, checkTtlSeconds } from '../../card/field.ts';
import { mostSimilar } from '../../card/similar.ts';
import { parseDuration } from '../duration.ts';
import type { Agent, AgentMode } from './roster.ts';
import { KNOWN_RUNTIMES, runtimeCommand, SHELL, usualMode } from './runtimes.ts';

/** The keys of an agent, in the order in which we write them. */
export interface AgentEntry {
  readonly name: string;
  readonly runtime: string;
  readonly mode?: AgentMode;
  readonly command?: string | readonly string[];
  readonly args?: readonly string[];
  readonly cwd?: string | null;
  readonly phases?: readonly string[];
  readonly labels?: readonly string[];
  readonly ttl?: number | string;
}

export interface EntryProblem {
  readonly path: readonly PropertyKey[];
  /** `key` when it is about the key itself, not about its value. */
  readonly about: 'key' | 'value';
  readonly message: string;
}

export type ReadAgent =
  | { readonly kind: 'agent'; readonly agent: Agent }
  | { readonly kind: 'invalid'; readonly problems: readonly EntryProblem[] };

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Keys that people expect here, and where that stands instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  env: 'its environment stands in a file of its own, fleet/agents/NAME.env',
  environment: 'its environment stands in a file of its own, fleet/agents/NAME.env',
  '<<': 'an entry cannot be merged into another; write its keys out',
};

const schema = z.strictObject({
  name: z.string(kind('a text; put it in quotes')).check(checked(checkName)),
  runtime: z.string(kind('a text')).check(checked(checkLabel)),
  mode: z.exactOptional(z.enum(['worker', 'session'], kindError('must be worker or session'))),
  command: z.exactOptional(
    z.custom<string | readonly string[]>(
      (value) => (typeof value === 'string' ? isWord(value) : isCommandList(value)),
      kindError('must be a text for sh, or a list of texts such as [./work.sh, --fast], and not empty'),
    ),
  ),
  args: z.exactOptional(
    z.custom<readonly string[]>(isTextList, kindError('must be a list of texts, such as [--model, small]')),
  ),
  cwd: z.exactOptional(z.nullable(z.string(kind('a text')).check(checked(checkCwd)))),
  phases: z.exactOptional(names('phases', checkPhase)),
  labels: z.exactOptional(names('labels', checkLabel)),
  ttl: z.exactOptional(
    z.custom<number | string>(isTtl, kindError('must be seconds or a duration such as 90s, 15m or 4h, up to a year')),
  ),
});

/** What stands in an entry means; `userHome` is what `~` means. */
export function readAgent(value: unknown, userHome: string): ReadAgent {
  if (!isMapping(value)) {
    const message = 'An agent is a mapping, and begins with: name: …';
    return { kind: 'invalid', problems: [{ path: [], about: 'value', message }] };
  }
  const parsed = schema.safeParse(value, { jitless: true });
  if (!parsed.success) {
    return { kind: 'invalid', problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, value)) };
  }
  return agentOf(parsed.data, userHome);
}

function agentOf(entry: AgentEntry, userHome: string): ReadAgent {
  const { name, runtime, args } = entry;
  const mode = entry.mode ?? usualMode(runtime);
  if (entry.command !== undefined && args !== undefined) {
    const message =
      'args are added to the command of a known runtime, and this agent has a command of its own; put them there.';
    return { kind: 'invalid', problems: [{ path: ['args'], about: 'key', message }] };
  }
  const command = ownCommand(entry) ?? runtimeCommand(runtime, mode, args ?? []);
  if (command === null) {
    return { kind: 'invalid', problems: [{ path: ['runtime'], about: 'value', message: needsCommand(runtime) }] };
  }
  const agent: Agent = {
    ...{ name, runtime, mode, command },
    cwd: absoluteCwd(entry.cwd ?? null, userHome),
    phases: entry.phases ?? [],
    labels: entry.labels ?? [],
    ttlSeconds: entry.ttl === undefined ? DEFAULT_CLAIM_TTL_SECONDS : ttlSecondsOf(entry.ttl),
  };
  return { kind: 'agent', agent };
}

function ownCommand({ command }: AgentEntry): readonly string[] | null {
  if (command === undefined) return null;
  return typeof command === 'string' ? ['sh', '-c', command] : command;
}

function needsCommand(runtime: string): string {
  if (runtime === SHELL) return 'The runtime shell needs a command: a text for sh, or a list of words.';
  const meant = mostSimilar(runtime, KNOWN_RUNTIMES).map((one) => `"${one}"`);
  const advice = meant.length > 0 ? `did you mean ${meant.join(' or ')}` : `known are ${KNOWN_RUNTIMES.join(', ')}`;
  return `The runtime ${JSON.stringify(runtime)} is not known, so it needs a command; ${advice}${meant.length > 0 ? '?' : '.'}`;
}

/** A lone `~` is null for YAML; either way it is the user's home. */
function absoluteCwd(cwd: string | null, userHome: string): string | null {
  if (cwd === null || cwd === '~') return null;
  const absolute = posix.normalize(cwd.startsWith('~/') ? `${userHome}/${cwd.slice(2)}` : cwd);
  return absolute.length > 1 && absolute.endsWith('/') ? absolute.slice(0, -1) : absolute;
}

function problemsOf(issue: z.core.$ZodIssue, value: Readonly<Record<string, unknown>>): readonly EntryProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [key],
      about: 'key',
      message: unknownKey(key, Object.keys(schema.shape), value),
    }));
  }
  return [{ path: issue.path, about: 'value', message: `${String(issue.path[0])} ${issue.message}.` }];
}

/** @param given the mapping it stands in: a key that is there already cannot have been meant */
export function unknownKey(key: string, known: readonly string[], given: Readonly<Record<string, unknown>>): string {
  const free = known.filter((one) => !Object.hasOwn(given, one));
  const elsewhere = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined;
  const [meant] = mostSimilar(key, free);
  const advice = elsewhere ?? (meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`);
  return `There is no key ${JSON.stringify(key)} here; ${advice}${advice.endsWith('?') ? '' : '.'}`;
}

function kind(words: string): ReturnType<typeof kindError> {
  return kindError(`must be ${words}`);
}

function checkName(name: string): string | null {
  if (NAME.test(name)) return null;
  return 'must begin with a letter or a digit and hold only a to z, 0 to 9, - and _, at most 63 of them: it names a session of tmux and a unit of systemd';
}

function checkCwd(cwd: string): string | null {
  if (cwd.includes('\0')) return 'must not hold a character with the number 0';
  if (cwd === '~' || cwd.startsWith('~/') || cwd.startsWith('/')) return null;
  return 'must be an absolute path or begin with ~/: the fleet is started from many places, and a relative one would mean another folder each time';
}

function names(key: string, check: (text: string) => string | null): z.ZodMiniType<readonly string[]> {
  const text = z.string(kindError(`must hold texts only, so put numbers, true and false in quotes`));
  return z.array(
    text.check(checked(check)),
    kind(`a list of texts, such as [${key === 'phases' ? 'M1, M2' : 'fast'}]`),
  );
}

function isTtl(value: unknown): boolean {
  const isKind = typeof value === 'string' || typeof value === 'number';
  return isKind && checkTtlSeconds(ttlSecondsOf(value)) === null;
}

/** `NaN` for what is no duration. */
function ttlSecondsOf(ttl: number | string): number {
  return typeof ttl === 'number' ? ttl : (parseDuration(ttl) ?? NaN);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string' && !word.includes('\0'));
}

function isCommandList(value: unknown): boolean {
  return isTextList(value) && Array.isArray(value) && isWord(value[0]);
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0');
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
