/** `__complete`: what may stand next on a command line; for the completion scripts, not for people. */
import type { Card } from '../../card/card.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';

import { COMMON_OPTIONS, longFlag, type Completion, type OptionSpec } from '../parse/option.ts';
import { printable } from '../print/text/escape.ts';
import { entriesOf, PROGRAMS, type Entry, type GroupEntry } from '../registry.ts';

type Candidate = readonly [word: string, meaning: string];

/** More than this nobody reads, and no shell shows gracefully. */
const MOST_CANDIDATES = 200;

const FILES: readonly Candidate[] = [[':files', '']];

export const command: RunnableCommand = defineCommand({
  options: {},
  takesWords: '-- <word>...',
  examples: ['__complete -- mosaic fleet backlog cl'],
  async run(context, _values, words) {
    const current = words.at(-1) ?? '';
    const candidates = await candidatesFor(context, words.slice(0, -1), current);
    const fitting = candidates.filter(([word]) => word.startsWith(current) || word === ':files');
    const lines = fitting
      .slice(0, MOST_CANDIDATES)
      .map(([word, meaning]) => `${word}\t${meaning}\n`.replace(/^:files\t/, ':files'));
    await context.output.write(lines.join(''));
  },
});

/** `before` are the whole words before the one that is being typed. */
async function candidatesFor(
  context: Context,
  before: readonly string[],
  current: string,
): Promise<readonly Candidate[]> {
  const [program = '', ...words] = before;
  let entry: Entry = PROGRAMS[program.endsWith('mosaic-fleet') ? 'mosaic-fleet' : 'mosaic'];
  let at = 0;
  while (entry.kind === 'group' && at < words.length) {
    const next: Entry | undefined = entryNamed(entry, words[at] ?? '');
    if (next === undefined) return [];
    entry = next;
    at += 1;
  }
  if (entry.kind === 'group') return commandCandidates(entry);
  const { command: found } = await entry.load();
  const specs = Object.values(found.options);
  const rest = words.slice(at);
  const last = rest.at(-1);
  const open = specs.find(({ flags }) => flags !== null && longFlag(flags) === last && /[<[]/.test(flags));
  if (last === '--mosaic-home') return FILES;
  if (open !== undefined && !(open.flags?.includes('[') === true && current.startsWith('-'))) {
    return valueCandidates(context, open.completion);
  }
  if (current.startsWith('-')) return optionCandidates(specs, rest);
  const plain = specs.find(({ argument }) => argument !== null);
  const fromPlain = plain === undefined ? [] : await valueCandidates(context, plain.completion);
  return fromPlain.length > 0 ? fromPlain : optionCandidates(specs, rest);
}

function entryNamed(group: GroupEntry, word: string): Entry | undefined {
  return entriesOf(group).find((one) => one.name === word || (one.kind === 'command' && one.guesses?.includes(word)));
}

function commandCandidates(group: GroupEntry): readonly Candidate[] {
  return entriesOf(group)
    .filter((entry) => entry.kind === 'group' || entry.isHidden !== true)
    .map(({ name, summary }): Candidate => [name, summary]);
}

/** An option that stands on the line already is not offered again. */
function optionCandidates(specs: readonly OptionSpec<unknown>[], rest: readonly string[]): readonly Candidate[] {
  const own = specs.flatMap(({ flags, description }) => (flags === null ? [] : [[flags, description] as const]));
  return [...own, ...COMMON_OPTIONS].flatMap(([flags, description]): readonly Candidate[] => {
    const long = longFlag(flags);
    return long === undefined || rest.includes(long) ? [] : [[long, description]];
  });
}

async function valueCandidates(context: Context, completion: Completion): Promise<readonly Candidate[]> {
  if (completion === 'nothing') return [];
  if (completion === 'file') return FILES;
  if (typeof completion !== 'string') return completion.map((word): Candidate => [word, '']);
  if (completion === 'preset') return presetCandidates(context);
  const { cards } = await (await context.backlog()).list();
  const open = cards.filter(({ status }) => status !== 'done');
  return unique((open.length > 0 ? open : cards).flatMap((card) => valuesOf(card, completion)));
}

function valuesOf(card: Card, completion: 'id' | 'owner' | 'phase' | 'label'): readonly Candidate[] {
  switch (completion) {
    case 'id':
      return [[printable(card.id), printable(card.title)]];
    case 'owner':
      return card.claimOwner === null ? [] : [[printable(card.claimOwner), '']];
    case 'phase':
      return card.phase === null ? [] : [[printable(card.phase), '']];
    case 'label':
      return card.labels.map((label): Candidate => [printable(label), '']);
  }
}

/** Loaded here: what knows the presets also reads them, and takes longer to load than all other answers take. */
async function presetCandidates({ mosaicHome }: Context): Promise<readonly Candidate[]> {
  const { mosaicHomeOf } = await import('../../backlog/open.ts');
  const { presetNames } = await import('../../fleet/roster/presets.ts');
  return presetNames(mosaicHomeOf(mosaicHome)).map((name): Candidate => [name, '']);
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(candidates.map((candidate) => [candidate[0], candidate])).values()];
}
