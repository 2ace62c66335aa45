/** Turns the issues of another tracker into cards: one JSON line in, one card out. */
import type { GivenCard } from '../contract/given.ts';
import type { Card, CardStatus } from '../../src/card/card.ts';

/** Their states, ours. Somebody works on a hooked issue; a pinned one is a note and nobody's work. */
const STATUS: Readonly<Record<string, CardStatus>> = {
  open: 'ready',
  in_progress: 'claimed',
  hooked: 'claimed',
  blocked: 'blocked',
  deferred: 'blocked',
  pinned: 'blocked',
  closed: 'done',
};

type Fields = Readonly<Record<string, unknown>>;

export function cardOfIssue(line: string, nowMs: number): GivenCard {
  const issue = fieldsOf(JSON.parse(line));
  const status = STATUS[text(issue, 'status')];
  if (status === undefined) throw new Error(`Issue ${text(issue, 'id')} has an unknown status.`);
  const now = new Date(nowMs).toISOString();
  const claim: Partial<Card> =
    status === 'claimed' ? { claimOwner: 'someone', claimTtlSeconds: 86_400, claimedAt: now, attempts: 1 } : {};
  return {
    id: text(issue, 'id'),
    title: text(issue, 'title'),
    body: typeof issue['description'] === 'string' ? issue['description'] : null,
    phase: typeof issue['issue_type'] === 'string' ? issue['issue_type'] : null,
    priority: typeof issue['priority'] === 'number' ? 4 - issue['priority'] : 0,
    status,
    dependsOn: blockersOf(issue),
    labels: Array.isArray(issue['labels']) ? issue['labels'].map(String) : [],
    createdAt: new Date(text(issue, 'created_at')).toISOString(),
    updatedAt: new Date(text(issue, 'updated_at')).toISOString(),
    ...claim,
  };
}

function blockersOf(issue: Fields): readonly string[] {
  const dependencies = Array.isArray(issue['dependencies']) ? issue['dependencies'].map(fieldsOf) : [];
  const blocks = dependencies.filter((dependency) => dependency['type'] === 'blocks');
  return [...new Set(blocks.map((dependency) => text(dependency, 'depends_on_id')))];
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new Error('The line holds no object.');
  return { ...value };
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(`${name} is missing.`);
  return value;
}
