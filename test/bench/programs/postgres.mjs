// A real Postgres with its own settings, so every commit is flushed; SKIP LOCKED, one connection a process.
import pg from 'pg';
import { COLUMNS, cards, INDEX } from './contract.mjs';

const CLAIM = `
  update backlog set status = 'claimed', claim_owner = $1, claimed_at = $2, updated_at = $2, attempts = attempts + 1
  where id = (
    select id from backlog card where status = 'ready' and not exists (
      select 1 from jsonb_array_elements_text(card.depends_on::jsonb) need
      where not exists (select 1 from backlog other where other.id = need and other.status = 'done'))
    order by priority desc, created_at, id limit 1 for update skip locked)
  returning *`;

const COMPLETE = `
  update backlog set status = 'done', updated_at = $4
  where id = $1 and status = 'claimed' and claim_owner = $2 and attempts = $3 returning *`;

export async function open(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async claimAndComplete(owner) {
      const { rows } = await client.query({ name: 'claim', text: CLAIM, values: [owner, Date.now()] });
      if (rows.length === 0) throw new Error('There was no card left to claim.');
      const { id, attempts } = rows[0];
      await client.query({ name: 'complete', text: COMPLETE, values: [id, owner, attempts, Date.now()] });
    },
    close: () => client.end(),
  };
}

export async function fill(url, count) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create table backlog (${COLUMNS}); ${INDEX}`);
  const all = [...cards(count)];
  await client.query(
    `insert into backlog (id, title, status, priority, depends_on, created_at, updated_at)
     select id, title, 'ready', priority, depends, $5::bigint, $5::bigint
     from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as card (id, title, priority, depends)`,
    [
      all.map(({ id }) => id),
      all.map(({ title }) => title),
      all.map(({ priority }) => priority),
      all.map(({ dependsOn }) => JSON.stringify(dependsOn)),
      Date.now(),
    ],
  );
  await client.query('analyze backlog');
  await client.end();
}
