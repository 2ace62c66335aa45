/**
 * An older program on the same table, as the contract tells it: its table with fifteen columns, its type and its three
 * indexes, and the statements with which it works. It knows nothing of us.
 */
import { connect, query, type Connection, type Row } from '../connection.ts';

/** Who made the table chose between two types for some of its columns. */
export interface Make {
  readonly dependsOn: 'jsonb' | 'text[]';
  readonly acceptance: 'jsonb' | 'json';
  readonly time: 'timestamptz' | 'timestamp';
  readonly text: 'text' | 'varchar(1000)';
  readonly keys: 'all of them' | 'those that are';
}

export const USUAL: Make = {
  dependsOn: 'jsonb',
  acceptance: 'jsonb',
  time: 'timestamptz',
  text: 'text',
  keys: 'all of them',
};

/** Every type once at least. */
export const MAKES: readonly Make[] = [
  USUAL,
  { dependsOn: 'text[]', acceptance: 'json', time: 'timestamp', text: 'text', keys: 'all of them' },
  { dependsOn: 'text[]', acceptance: 'jsonb', time: 'timestamptz', text: 'varchar(1000)', keys: 'those that are' },
];

export function tableOf({ dependsOn, acceptance, time, text, keys }: Make): string {
  return `
    create type backlog_status as enum ('ready', 'claimed', 'blocked', 'done');
    create table backlog (
      id ${text} primary key,
      title ${text} not null,
      body text,
      phase ${text},
      priority integer not null default 0,
      status backlog_status not null default 'ready',
      depends_on ${dependsOn} not null default ${dependsOn === 'jsonb' ? `'[]'` : `'{}'`},
      claim_owner ${text},
      claim_ttl_seconds integer,
      claimed_at ${time},
      attempts integer not null default 0,
      idempotency_key ${text},
      acceptance ${acceptance},
      created_at ${time} not null default now(),
      updated_at ${time} not null default now()
    );
    create index backlog_status_idx on backlog (status, priority);
    create index backlog_phase_idx on backlog (phase);
    create unique index ${keys === 'all of them' ? 'backlog_idempotency_key_idx' : 'uq_key'} on backlog (idempotency_key)
      ${keys === 'all of them' ? '' : 'where idempotency_key is not null'};`;
}

export interface OlderCard {
  readonly id: string;
  readonly title?: string;
  readonly priority?: number;
  readonly dependsOn?: readonly string[];
  readonly idempotencyKey?: string;
}

export class OlderProgram {
  readonly #connection: Connection;
  readonly #make: Make;

  private constructor(connection: Connection, make: Make) {
    this.#connection = connection;
    this.#make = make;
  }

  /** Beside others on a table that is there. */
  static async start(url: string, make: Make = USUAL): Promise<OlderProgram> {
    const connection = await connect(url);
    await query(connection, `set time zone 'UTC'`);
    return new OlderProgram(connection, make);
  }

  /** With a database that nobody has used yet: its own migration. */
  static async first(url: string, make: Make = USUAL): Promise<OlderProgram> {
    const program = await OlderProgram.start(url, make);
    await program.sql(tableOf(make));
    return program;
  }

  sql(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return query(this.#connection, text, values);
  }

  /** The id of the card that has the key, whoever made it. */
  async create({
    id,
    title = `Card ${id}`,
    priority = 0,
    dependsOn = [],
    idempotencyKey,
  }: OlderCard): Promise<unknown> {
    const needs = this.#make.dependsOn === 'jsonb' ? JSON.stringify(dependsOn) : dependsOn;
    const [made] = await this.sql(
      `insert into backlog (id, title, priority, depends_on, idempotency_key) values ($1, $2, $3, $4, $5)
        on conflict (idempotency_key) where idempotency_key is not null do nothing returning id`,
      [id, title, priority, needs, idempotencyKey ?? null],
    );
    if (made !== undefined) return made['id'];
    const [there] = await this.sql('select id from backlog where idempotency_key = $1', [idempotencyKey]);
    return there?.['id'];
  }

  /** Of its own claims and those of others it takes back what has expired, then takes the first card that it may. */
  async claim(owner: string, ttlSeconds = 900): Promise<Row | null> {
    await this.sql('begin');
    try {
      await this.reclaim();
      const [free] = await this.sql(
        `select card.id from backlog card where card.status = 'ready' and not exists (
            select from ${this.#needs()} as need (id) left join backlog other on other.id = need.id
            where other.status is distinct from 'done')
          order by card.priority desc, card.created_at, card.id limit 1 for update of card skip locked`,
      );
      const [claimed] = await this.sql(
        `update backlog set status = 'claimed', claim_owner = $2, claim_ttl_seconds = $3, claimed_at = now(),
            attempts = attempts + 1, updated_at = now()
          where id = $1 returning *`,
        [free?.['id'] ?? null, owner, ttlSeconds],
      );
      return claimed ?? null;
    } finally {
      await this.sql('commit');
    }
  }

  async reclaim(): Promise<readonly unknown[]> {
    const rows = await this.sql(
      `update backlog set status = 'ready', claim_owner = null, claim_ttl_seconds = null, claimed_at = null,
          updated_at = now()
        where id in (
          select id from backlog
          where status = 'claimed' and claimed_at + make_interval(secs => claim_ttl_seconds) < now()
          for update skip locked)
        returning id`,
    );
    return rows.map(({ id }) => id);
  }

  /** It leaves on the card who had claimed it. */
  async complete(id: string): Promise<void> {
    await this.sql(`update backlog set status = 'done', updated_at = now() where id = $1`, [id]);
  }

  async block(id: string): Promise<void> {
    await this.sql(`update backlog set status = 'blocked', updated_at = now() where id = $1`, [id]);
  }

  async link(from: string, to: string): Promise<void> {
    const added =
      this.#make.dependsOn === 'jsonb' ? 'depends_on || to_jsonb($2::text)' : 'array_append(depends_on, $2)';
    await this.sql(`update backlog set depends_on = ${added}, updated_at = now() where id = $1`, [from, to]);
  }

  list(): Promise<readonly Row[]> {
    return this.sql('select * from backlog order by priority desc, created_at, id');
  }

  async stats(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.sql('select status, count(*)::int as count from backlog group by status');
    return Object.fromEntries(rows.map(({ status, count }) => [String(status), Number(count)]));
  }

  async close(): Promise<void> {
    await this.#connection.end();
  }

  #needs(): string {
    return this.#make.dependsOn === 'jsonb' ? 'jsonb_array_elements_text(card.depends_on)' : 'unnest(card.depends_on)';
  }
}

export function shapeName({ dependsOn, acceptance, time, text }: Make): string {
  return `${dependsOn}, ${acceptance}, ${time}, ${text}`;
}
