/** From an edited card to the operations that make the same of the stored one: pure, and refusing by name. */
import type { BatchOperation } from '../../backlog/backlog.ts';
import { isJson, parseJsonText } from '../../backlog/json-text.ts';
import type { Card, Json } from '../../card/card.ts';
import { sameJson } from '../../card/same-json.ts';

const EDITABLE: ReadonlySet<string> = new Set([
  ...['title', 'body', 'phase', 'priority', 'labels', 'acceptance', 'maxAttempts', 'notBefore'],
]);

/** Fields that have operations of their own, and which. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  status: 'claim, complete, release, block and unblock change it',
  statusReason: 'block and fail set it',
  result: 'complete sets it',
  claimOwner: 'claim, renew and release change it',
  claimedAt: 'claim, renew and release change it',
  claimTtlSeconds: 'claim and renew change it',
};

export type CardChanges =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** `lines` are for `batch`: all or none, and only while the card is still as `before` has it. */
export function changesOf(before: Card, text: string): CardChanges {
  const parsed = parseJsonText(text);
  if (parsed.kind === 'bad') {
    const place = parsed.line === null ? '' : `, on line ${parsed.line}`;
    return { kind: 'refused', reason: `The text is not a card${place}: ${parsed.reason}` };
  }
  const after = parsed.value;
  if (!isJson(after) || !isObject(after)) return { kind: 'refused', reason: 'The text is not a JSON object' };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => !sameJson(before[name] ?? null, after[name] ?? null));
  const dropped = names.find((name) => !(name in after) && before[name] !== null);
  if (dropped !== undefined) {
    return { kind: 'refused', reason: `The field ${dropped} is gone; to take its value away set it to null or []` };
  }
  const wrong = changed.find((name) => !EDITABLE.has(name) && name !== 'dependsOn');
  if (wrong !== undefined) {
    const instead = ELSEWHERE[wrong];
    return {
      kind: 'refused',
      reason: `The field ${wrong} cannot be edited${instead === undefined ? '' : `; ${instead}`}`,
    };
  }
  if (changed.length === 0) return { kind: 'unchanged' };
  const edges = edgeChanges(before, after['dependsOn'] ?? []);
  if (edges === null) return { kind: 'refused', reason: 'The field dependsOn must be a list of ids' };
  const fields = changed
    .filter((name) => name !== 'dependsOn')
    .map((name): [string, Json] => [name, after[name] ?? null]);
  const update = { op: 'update', id: before.id, ...Object.fromEntries(fields), rev: before.rev };
  return { kind: 'changed', lines: [update, ...edges].map((operation) => JSON.stringify(operation)) };
}

/** Old edges go first: a new one may be a circle only because of them. */
function edgeChanges(before: Card, wanted: Json): readonly BatchOperation[] | null {
  if (!Array.isArray(wanted)) return null;
  const ids = wanted.filter((id: Json): id is string => typeof id === 'string');
  if (ids.length !== wanted.length) return null;
  const from = before.id;
  const gone = before.dependsOn.filter((id) => !ids.includes(id)).map((to) => ({ op: 'unlink' as const, from, to }));
  const fresh = ids.filter((id) => !before.dependsOn.includes(id)).map((to) => ({ op: 'link' as const, from, to }));
  return [...gone, ...fresh];
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
