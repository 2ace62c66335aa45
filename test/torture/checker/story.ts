/** What a violation tells its reader: where two values differ, and all that ever happened to one card. */
import type { Call, JournalLine } from './call.ts';
import { fits } from './model-card.ts';

/** The first members in which `actual` is not what was expected. */
export function difference(expected: unknown, actual: unknown): string {
  const [wanted, given] = [membersOf(expected), membersOf(actual)];
  const names = [...new Set([...wanted.keys(), ...given.keys()])];
  const wrong = names.filter((name) => !fits(wanted.get(name), given.get(name)));
  if (wanted.size === 0 || given.size === 0) return `${short(expected)} expected, ${short(actual)} found`;
  return wrong
    .slice(0, 4)
    .map((name) => `${name} ${short(wanted.get(name))} expected, ${short(given.get(name))} found`)
    .join(', ');
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

const LINES = 40;

/** Every change of the card and every call that speaks of it, by time; the last `LINES` before `untilMs`. */
export function storyOf(
  id: string,
  calls: readonly Call[],
  transactions: readonly (readonly JournalLine[])[],
  untilMs: number,
): string {
  const quoted = JSON.stringify(id);
  const events: { readonly atMs: number; readonly text: string }[] = [];
  for (const lines of transactions) {
    for (const { seq, atMs, kind, by, card, ...line } of lines) {
      if (line.id !== id || atMs > untilMs) continue;
      const state = card === null ? 'gone' : `${card.status}, rev ${card.rev}, attempts ${card.attempts}`;
      events.push({ atMs, text: `journal ${seq}, generation ${line.generation}: ${kind} by ${by}: ${state}` });
    }
  }
  for (const { actor, number, operation, outcome, startWallMs, endWallMs } of calls) {
    const [asked, answer] = [JSON.stringify(operation), outcome === null ? 'never answered' : JSON.stringify(outcome)];
    if (startWallMs > untilMs || !(asked.includes(quoted) || answer.includes(quoted))) continue;
    events.push({ atMs: startWallMs, text: `${actor} call ${number} asks: ${asked.slice(0, 200)}` });
    events.push({ atMs: endWallMs, text: `${actor} call ${number} ends: ${answer.slice(0, 200)}` });
  }
  const told = events.filter(({ atMs }) => Number.isFinite(atMs)).sort((a, b) => a.atMs - b.atMs);
  return told
    .slice(-LINES)
    .map(({ atMs, text }) => `  ${new Date(atMs).toISOString().slice(11)}  ${text}`)
    .join('\n');
}
