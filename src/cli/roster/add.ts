/** `add`: one agent more. */
import { resolve } from 'node:path';
import type { AgentEntry } from '../../fleet/roster/agent-entry.ts';
import { environmentFileOf, environmentText, type Variables } from '../../fleet/roster/environment-file.ts';
import { addAgent, rosterFileOf } from '../../fleet/roster/roster-file.ts';
import type { AgentMode } from '../../fleet/roster/roster.ts';
import { KNOWN_RUNTIMES } from '../../fleet/roster/runtimes.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { option, repeated, required } from '../parse/option.ts';
import { usageError } from '../parse/usage.ts';
import { agentName, durationText, list, oneOf, quote, text } from '../parse/values.ts';
import { agentWords } from '../print/agent-table.ts';
import { printable } from '../print/text/escape.ts';
import { changeRoster, rosterPlaceOf } from './place.ts';

const MODES: readonly AgentMode[] = ['worker', 'session'];

export const command: RunnableCommand = defineCommand({
  options: {
    name: required(agentName('what it is called: a to z, 0 to 9, - and _')),
    runtime: required(
      option(
        {
          flags: '--runtime <runtime>',
          description: `${KNOWN_RUNTIMES.join(', ')}, or another with its command`,
          completion: KNOWN_RUNTIMES,
        },
        (value) => value,
      ),
    ),
    mode: oneOf('--mode <mode>', 'worker: run anew for each card; session: runs on', MODES),
    command: text('--command <text>', 'what it runs, by sh; or its words at the end, after --'),
    cwd: option({ flags: '--cwd <dir>', description: 'the folder it works in', completion: 'file' }, absolute),
    phases: list('--phase <names>', 'only cards of these phases, with commas between them', 'phase'),
    labels: list('--label <names>', 'only cards with one of these labels', 'label'),
    ttl: durationText('--ttl <duration>', 'how long a claim lasts without a sign of life, such as 15m'),
    variables: repeated('--env <key=value>', 'a line of its environment file; may be given often', variablesOf),
  },
  takesWords: '[-- <command>...]',
  details:
    'The agent comes last in fleet/roster.yaml; everything else in the file stays as it is. Without a roster this makes ' +
    'one. --env makes fleet/agents/NAME.env, which only you can read; a secret is safer written there with an editor, ' +
    'for other users see the command lines of programs that run.',
  examples: [
    'add coder0 --runtime claude --cwd ~/src/project',
    'add coder1 --runtime codex --mode worker --phase M1,M2 --ttl 30m',
    'add tester --runtime shell --label check -- ./run-tests.sh --fast',
    'add bot --runtime mybot --command "mybot --serve" --env MYBOT_PORT=8080',
  ],
  async run(context, { command: script, variables, ...options }, words) {
    if (script !== undefined && words.length > 0) {
      throw usageError('add is told two commands: --command and the words after --.', 'Give one of them.');
    }
    const place = rosterPlaceOf(context);
    const entry = entryOf(options, script ?? (words.length > 0 ? words : undefined));
    const environment = variables === undefined ? null : environmentOf(variables);
    const { agent, isNewRoster } = await changeRoster(place, (mutex) => addAgent(mutex, place, entry, environment));
    const file = rosterFileOf(place);
    const environmentFile = environment === null ? null : environmentFileOf(place.mosaicHome, agent.name);
    await context.output.answer({ agent, file, isNewRoster, environmentFile }, () => {
      const lines = [`Added: ${agentWords(agent)}`];
      if (isNewRoster) lines.push(`Made the roster: ${printable(file)}`);
      if (environmentFile !== null) lines.push(`Made its environment file: ${printable(environmentFile)}`);
      return `${lines.join('\n')}\n`;
    });
  },
});

/** In the order in which the keys stand in the file. */
function entryOf(options: AgentEntry, commandWords: AgentEntry['command']): AgentEntry {
  const { name, runtime, mode, cwd, phases, labels, ttl } = options;
  return {
    name,
    runtime,
    ...(mode === undefined ? {} : { mode }),
    ...(commandWords === undefined ? {} : { command: commandWords }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(phases === undefined ? {} : { phases }),
    ...(labels === undefined ? {} : { labels }),
    ...(ttl === undefined ? {} : { ttl }),
  };
}

/** Here, unlike in the file, there is a folder from which a relative path is meant. */
function absolute(value: string, name: string): string {
  if (value === '') throw usageError(`${name} is empty; give the name of a folder.`);
  return value === '~' || value.startsWith('~/') ? value : resolve(value);
}

function variablesOf(texts: readonly string[], name: string): Variables {
  const variables = new Map<string, string>();
  for (const one of texts) {
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(one) ?? [];
    if (key === undefined || value === undefined) throw usageError(`${name} takes KEY=VALUE, not ${quote(one)}.`);
    if (variables.has(key)) throw usageError(`${name} gives ${key} twice.`);
    variables.set(key, value);
  }
  return Object.fromEntries(variables);
}

function environmentOf(variables: Variables): string {
  const written = environmentText(variables);
  if (written !== null) return written;
  throw usageError('One of the values of --env holds every kind of quotes, and cannot stand in an environment file.');
}
