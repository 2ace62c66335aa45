/** What the doctor checks about the schema: whether everything that the store relies on is there and in force. */
import type { Client } from 'pg';
import type { Finding } from '../../backlog.ts';
import { commandLine } from '../../sentences.ts';
import { ask } from '../asking.ts';
import { INDEXES } from '../schema/first.ts';
import { isUnique, KEY_INDEX, KEY_TWICE } from '../schema/unique.ts';

const TRIGGERS = ['backlog_take_up', 'backlog_tell'];
const FIX = `Have it made again with: ${commandLine('doctor', '--fix')}`;

export async function examineSchema(client: Client): Promise<readonly Finding[]> {
  const missing = await missingHistory(client);
  if (missing.length > 0) return missing;
  return [
    ...(await missingIndexes(client)),
    ...(await missingKeyIndex(client)),
    ...(await missingTriggers(client)),
    ...(await keys(client)),
    ...(await numbers(client)),
  ];
}

/** Without it nothing can be changed. */
async function missingHistory(client: Client): Promise<readonly Finding[]> {
  const [row] = await ask(client, { text: `SELECT to_regclass('backlog_history') AS name` });
  if (row?.['name'] !== null) return [];
  return [
    {
      code: 'table-missing',
      severity: 'error',
      subject: 'backlog_history',
      message:
        'The table backlog_history is not there: what was told of earlier changes is lost, and no change can be made.',
      fixed: null,
      hint: FIX,
    },
  ];
}

/** Without them everything is right and slow. */
async function missingIndexes(client: Client): Promise<readonly Finding[]> {
  const rows = await ask(client, {
    text: `SELECT name FROM unnest($1::text[]) AS name
      WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(quote_ident(name)) AND indisvalid)`,
    values: [INDEXES],
  });
  return rows.map(({ name }) => ({
    code: 'index-missing',
    severity: 'warning',
    subject: name ?? null,
    message: `The index ${name} is not there or not usable, so claims and history are slow.`,
    fixed: null,
    hint: FIX,
  }));
}

async function missingKeyIndex(client: Client): Promise<readonly Finding[]> {
  const [row] = await ask(client, { text: `SELECT ${isUnique('idempotency_key')} AS is_unique` });
  if (row?.['is_unique'] === 't') return [];
  return [
    {
      code: 'index-missing',
      severity: 'error',
      subject: KEY_INDEX,
      message: `The index ${KEY_INDEX} is not there or not usable, so two creates at once with one key could both make a card.`,
      fixed: null,
      hint: FIX,
    },
  ];
}

/** Without them what others write with SQL has no history, and wakes nobody. */
async function missingTriggers(client: Client): Promise<readonly Finding[]> {
  const rows = await ask(client, {
    text: `SELECT name FROM unnest($1::text[]) AS name WHERE NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = 'backlog'::regclass AND tgname = name AND tgenabled IN ('O', 'A'))`,
    values: [TRIGGERS],
  });
  return rows.map(({ name }) => ({
    code: 'trigger-missing',
    severity: 'error',
    subject: name ?? null,
    message: `The trigger ${name} of the table backlog is not in force, so changes that other programs make are not seen.`,
    fixed: null,
    hint: FIX,
  }));
}

async function keys(client: Client): Promise<readonly Finding[]> {
  const rows = await ask(client, { text: KEY_TWICE });
  return rows.map(({ one, other }) => ({
    code: 'idempotency-key-twice',
    severity: 'error',
    subject: other ?? null,
    message: `Cards ${one} and ${other} have the same idempotencyKey, so a repeated create could return either.`,
    fixed: null,
    hint: 'Give one of them another key, with SQL.',
  }));
}

/** Changes are numbered without a gap; one means that lines were taken away. */
async function numbers(client: Client): Promise<readonly Finding[]> {
  const [row] = await ask(client, {
    text: `SELECT count(*) AS lines, coalesce(min(seq), 1) AS first, coalesce(max(seq), 0) AS last,
      (SELECT last_seq FROM backlog_store) AS counted FROM backlog_history`,
  });
  const [lines, first, last, counted] = [row?.['lines'], row?.['first'], row?.['last'], row?.['counted']].map(Number);
  if (lines === undefined || first === undefined || last === undefined || counted === undefined) return [];
  if (last === counted && lines === last - first + 1) return [];
  return [
    {
      code: 'history-gap',
      severity: 'warning',
      subject: 'backlog_history',
      message: `The history has ${lines} lines from ${first} to ${last}, and ${counted} changes were counted: some are missing.`,
      fixed: null,
      hint: 'The cards are not concerned. Whoever reads the history misses what was taken out of it.',
    },
  ];
}
