/**
 * The text of a roster → what it means, or everything that is wrong with it, each with its line and column. Also where in
 * the text the agents stand, so that one of them can be added or taken away while the rest stays as it is, byte for byte.
 *
 * The only file that loads yaml: a command that reads no roster does not pay for it.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLSeq,
} from 'yaml';
import * as z from 'zod/mini';
import { type EntryProblem, isMapping, readAgent, unknownKey } from './agent-entry.ts';
import type { Agent, Roster } from './roster.ts';

export interface RosterProblem {
  /** Both from 1 on. */
  readonly line: number;
  readonly column: number;
  /** What is wrong and what to do: one or more whole sentences. */
  readonly message: string;
}

/** Where the list of agents stands in the text. Offsets; an end is not part of what it ends. */
export interface RosterLayout {
  /** `none`: the key stands there without a value. */
  readonly style: 'none' | 'block' | 'flow';
  readonly start: number;
  readonly end: number;
  /** As many as there are agents. `start` is at the dash of a block's item. */
  readonly items: readonly { readonly start: number; readonly end: number }[];
}

export type ParsedRoster =
  | { readonly kind: 'roster'; readonly roster: Roster; readonly layout: RosterLayout | null }
  | { readonly kind: 'invalid'; readonly problems: readonly RosterProblem[] };

/** The parser says by itself when anything else is nested too deeply; over these it takes the process down. */
const TOO_DEEP = /(?:[-?][ \t]+){100}/;
const NESTED = 'The file is nested too deeply; a roster is a list of agents.';

/** `userHome` is what `~` means in a path. */
export function parseRoster(text: string, userHome: string): ParsedRoster {
  const lines = new LineCounter();
  if (TOO_DEEP.test(text)) return invalid([{ line: 1, column: 1, message: NESTED }]);
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    keepSourceTokens: true,
  });
  const place = (offset: number, message: string): RosterProblem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const found = [...yamlProblems(document, text), ...aliasProblems(document)];
  // What is not YAML has no shape to complain about.
  const hasShape = found.every(({ isAboutForm }) => !isAboutForm);
  const meant = hasShape ? meaningOf(document, userHome) : { problems: [], agents: [] };
  const problems = [...found, ...meant.problems].sort((a, b) => a.offset - b.offset);
  if (problems.length > 0) return invalid(problems.map(({ offset, message }) => place(offset, message)));
  return {
    kind: 'roster',
    roster: { version: 1, transport: 'tmux', agents: meant.agents },
    layout: layoutOf(document),
  };
}

interface Found {
  readonly offset: number;
  readonly message: string;
  /** Then nothing is asked of what the text means. */
  readonly isAboutForm?: boolean;
}

function invalid(problems: readonly RosterProblem[]): ParsedRoster {
  return { kind: 'invalid', problems };
}

/** The first of each line: what follows it there is mostly its echo. */
function yamlProblems(document: Document.Parsed, text: string): readonly Found[] {
  const lines = new Set<string>();
  return [...document.errors, ...document.warnings].flatMap((error) => {
    const [offset, end] = error.pos;
    const line = String(text.lastIndexOf('\n', offset - 1));
    if (lines.has(line)) return [];
    lines.add(line);
    const message = yamlSentence(error, text.slice(offset, end), wordAt(text, offset));
    return [{ offset, message, isAboutForm: error.code !== 'DUPLICATE_KEY' }];
  });
}

function yamlSentence({ code, message }: YAMLError, part: string, word: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return `The key ${JSON.stringify(word)} stands here for the second time; keep one of the two.`;
    case 'TAB_AS_INDENT':
      return 'A tab indents this line, and YAML takes spaces only; put spaces in its place.';
    case 'MULTIPLE_DOCS':
      return 'A second document begins here, and a roster is a single one; take this line away.';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'A key cannot begin here; indent it like its neighbours, or put a text that holds ": " in quotes.';
    case 'RESOURCE_EXHAUSTION':
      return NESTED;
    case 'TAG_RESOLVE_FAILED':
      return `The tag ${part} means nothing here; leave it out.`;
    default:
      return `This is not YAML: ${message.replace(/\.$/, '')}.`;
  }
}

function wordAt(text: string, offset: number): string {
  return /^["']?([^\s:"']*)/.exec(text.slice(offset, offset + 200))?.[1] ?? '';
}

function aliasProblems(document: Document.Parsed): readonly Found[] {
  const found: Found[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = `Nothing bears the anchor &${alias.source}; write the value out.`;
      found.push({ offset: alias.range?.[0] ?? 0, message, isAboutForm: true });
    },
  });
  return found;
}

const rosterKeys = ['version', 'transport', 'agents'] as const;

const rosterSchema = z.strictObject({
  version: z.literal(1, { error: ({ input }) => versionSentence(input) }),
  transport: z.exactOptional(
    z.literal('tmux', { error: 'The transport must be tmux; this version of the program knows no other.' }),
  ),
  agents: z.nullable(
    z.array(z.unknown(), {
      error: ({ input }) =>
        input === undefined
          ? 'The key agents is missing; write: agents: []'
          : 'agents must be a list: each agent begins with a dash, as in: - name: coder0',
    }),
  ),
});

function versionSentence(input: unknown): string {
  const problem = input === undefined ? 'The key version is missing' : 'The version must be the number 1';
  return `${problem}; write: version: 1`;
}

function newerSentence(version: number): string {
  return `The roster is of version ${version}, and this program reads version 1; install a newer mosaic-fleet.`;
}

interface Meaning {
  readonly problems: readonly Found[];
  readonly agents: readonly Agent[];
}

function meaningOf(document: Document.Parsed, userHome: string): Meaning {
  const value = valueOf(document);
  if (value instanceof ReferenceError) {
    return onlyProblem(
      firstAlias(document),
      'The file repeats its parts so often that it would never end; write them out.',
    );
  }
  if (value === null) return onlyProblem(0, 'The file says nothing; a roster begins with: version: 1');
  if (!isMapping(value)) return onlyProblem(0, 'A roster is a mapping, and begins with: version: 1');
  const { version } = value;
  if (typeof version === 'number' && version > 1) {
    // Whatever else looks wrong may be right there.
    return onlyProblem(offsetOf(document, ['version'], 'value'), newerSentence(version));
  }
  const parsed = rosterSchema.safeParse(value, { jitless: true });
  const top = parsed.success ? [] : parsed.error.issues.flatMap((issue) => topProblems(issue, value));
  const problems: Found[] = top.map(({ path, about, message }) => ({
    offset: offsetOf(document, path, about),
    message,
  }));
  const entries: unknown = value['agents'];
  const agents: Agent[] = [];
  for (const [at, entry] of (Array.isArray(entries) ? entries : []).entries()) {
    const read = readAgent(entry, userHome);
    if (read.kind === 'agent') agents.push(read.agent);
    else {
      for (const { path, about, message } of read.problems) {
        problems.push({ offset: offsetOf(document, ['agents', at, ...path], about), message });
      }
    }
  }
  return { problems: [...problems, ...repeatedNames(document, entries)], agents };
}

function onlyProblem(offset: number, message: string): Meaning {
  return { problems: [{ offset, message }], agents: [] };
}

function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) return error;
    throw error;
  }
}

function firstAlias(document: Document.Parsed): number {
  let first = Infinity;
  visit(document, {
    Alias: (_, { range }) => {
      first = Math.min(first, range?.[0] ?? first);
    },
  });
  return Number.isFinite(first) ? first : 0;
}

function topProblems(issue: z.core.$ZodIssue, value: Readonly<Record<string, unknown>>): readonly EntryProblem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, about: 'value', message: issue.message }];
  return issue.keys.map((key) => ({ path: [key], about: 'key', message: unknownKey(key, rosterKeys, value) }));
}

/** A file system or a unit of systemd may not tell `A` from `a`. */
function repeatedNames(document: Document.Parsed, entries: unknown): readonly Found[] {
  const taken = new Set<string>();
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, at) => {
    const name = isMapping(entry) ? entry['name'] : undefined;
    if (typeof name !== 'string') return [];
    const isNew = !taken.has(name.toLowerCase());
    taken.add(name.toLowerCase());
    if (isNew) return [];
    const message = `An agent above has the name ${JSON.stringify(name)} already; give this one another.`;
    return [{ offset: offsetOf(document, ['agents', at, 'name'], 'value'), message }];
  });
}

/** Of the value, or of the nearest thing around it that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], about: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const inside: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      node = about === 'key' && depth === path.length - 1 ? pair.key : pair.value;
    } else if (isSeq(inside) && typeof step === 'number') {
      node = inside.items[step];
    } else return offset;
    offset = startOf(node) ?? offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined;
}

/** Null when the agents do not stand in the list itself, so that only a person can change them. */
function layoutOf(document: Document.Parsed): RosterLayout | null {
  const { contents } = document;
  if (!isMap(contents)) return null;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === 'agents');
  const list: Node | null | undefined = pair?.value;
  if (isScalar(list) && list.range) return { style: 'none', start: list.range[0], end: list.range[1], items: [] };
  return isSeq(list) && list.range ? listLayout(list, list.range) : null;
}

function listLayout(list: YAMLSeq, [start, end]: readonly [number, number, number]): RosterLayout | null {
  if (list.flow === true) {
    const items = list.items.flatMap((item) => (isCollection(item) && item.range ? [spanOf(item.range)] : []));
    return items.length === list.items.length ? { style: 'flow', start, end, items } : null;
  }
  const token = list.srcToken;
  if (token?.type !== 'block-seq') return null;
  const items = list.items.flatMap((item, at) => {
    const dash = token.items[at]?.start.find(({ type }) => type === 'seq-item-ind')?.offset;
    return dash === undefined || !isCollection(item) || !item.range ? [] : [{ start: dash, end: item.range[1] }];
  });
  return items.length === list.items.length ? { style: 'block', start, end, items } : null;
}

function spanOf([start, end]: readonly [number, number, number]): { readonly start: number; readonly end: number } {
  return { start, end };
}
