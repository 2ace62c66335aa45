/**
 * From a row of the table `backlog`, as Postgres writes it in JSON, to a card as `import` takes it: pure. The columns may
 * have any type that says the same; what cannot be understood stays as it is, for `import` to name it.
 */

/** The columns of the embedded store, and the fields of a card that they are. */
const FIELD_OF_COLUMN: ReadonlyMap<string, string> = new Map([
  ['id', 'id'],
  ['title', 'title'],
  ['body', 'body'],
  ['phase', 'phase'],
  ['priority', 'priority'],
  ['status', 'status'],
  ['depends_on', 'dependsOn'],
  ['claim_owner', 'claimOwner'],
  ['claim_ttl_seconds', 'claimTtlSeconds'],
  ['claimed_at', 'claimedAt'],
  ['attempts', 'attempts'],
  ['idempotency_key', 'idempotencyKey'],
  ['acceptance', 'acceptance'],
  ['created_at', 'createdAt'],
  ['updated_at', 'updatedAt'],
]);

export const COLUMNS: readonly string[] = [...FIELD_OF_COLUMN.keys()];

type Fields = Record<string, unknown>;

const TIMES = ['claimedAt', 'createdAt', 'updatedAt', 'notBefore'];
/** A name that is there and empty is none. */
const NAMES = ['phase', 'idempotencyKey', 'claimOwner'];
const CLAIM = ['claimOwner', 'claimTtlSeconds', 'claimedAt'];
/** What `claim` takes where nothing is said. */
const DEFAULT_TTL_SECONDS = 900;
/** Of a claim that bears no name: nobody can finish it, and it expires like any other. */
const UNKNOWN_OWNER = 'unknown';

/** Columns beyond the fifteen become fields of the card too. Null is as good as not there. */
export function cardOfRow(row: Readonly<Fields>): Readonly<Fields> {
  const card: Fields = {};
  for (const [column, value] of Object.entries(row)) {
    const field = FIELD_OF_COLUMN.get(column) ?? camelCase(column);
    const read = valueOf(field, value);
    if (read !== null) card[field] = read;
  }
  return withWholeClaim(card);
}

function camelCase(column: string): string {
  return column.replaceAll(/(?<=[^_])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function valueOf(field: string, value: unknown): unknown {
  if (TIMES.includes(field)) return timeOf(value);
  if (NAMES.includes(field)) return value === '' ? null : value;
  if (field === 'dependsOn') {
    const list = parsedText(value);
    // The same edge twice is the same edge.
    return Array.isArray(list) ? [...new Set(list)] : list;
  }
  return field === 'acceptance' ? parsedText(value) : value;
}

/** A list or an object that is kept as a text is meant as what it says. */
function parsedText(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed;
  } catch {
    return value;
  }
}

const TIME = /^\d{4,6}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Without a zone it is UTC; a number counts milliseconds. */
function timeOf(value: unknown): unknown {
  if (typeof value === 'number') return isoOf(value) ?? value;
  if (typeof value !== 'string') return value;
  const found = TIME.exec(value);
  if (found === null) return value;
  const text = value.replace(' ', 'T');
  const hasZone = found.groups?.['zone'] !== undefined;
  // A day alone is UTC already, and hours alone are no zone that JavaScript knows.
  const whole = !text.includes('T') ? text : hasZone ? text.replace(/[+-]\d\d$/, '$&:00') : `${text}Z`;
  return isoOf(whole) ?? value;
}

function isoOf(time: number | string): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** The three claim fields are all set while the card is claimed, and none otherwise. */
function withWholeClaim(card: Fields): Readonly<Fields> {
  if (card['status'] !== 'claimed') {
    return Object.fromEntries(Object.entries(card).filter(([field]) => !CLAIM.includes(field)));
  }
  const { claimOwner = UNKNOWN_OWNER, claimTtlSeconds: ttl = DEFAULT_TTL_SECONDS } = card;
  const claimedAt = card['claimedAt'] ?? card['updatedAt'] ?? card['createdAt'];
  // A claim for no time at all has expired when it begins.
  const claimTtlSeconds = typeof ttl === 'number' && ttl < 1 ? 1 : ttl;
  return { ...card, claimOwner, claimTtlSeconds, ...(claimedAt === undefined ? {} : { claimedAt }) };
}
