// As sqlite.mjs, but with what the contract of this backlog asks for and a bare table does without: every field of a
// card, takeover of expired claims within the claim, a history of every change, the indexes that all of it needs.
import { cards } from './contract.mjs';
import { connect } from './sqlite.mjs';

const SCHEMA = `
  create table backlog (
    id text primary key, title text not null, body text, phase text, priority integer not null default 0,
    status text not null default 'ready', depends_on text not null default '[]', claim_owner text,
    claim_ttl_seconds integer, claimed_at integer, attempts integer not null default 0, idempotency_key text,
    acceptance text, created_at integer not null, updated_at integer not null,
    rev integer not null default 1, labels text not null default '[]', max_attempts integer, not_before integer,
    status_reason text, result text);
  create index by_status on backlog (status);
  create index by_phase on backlog (phase);
  create unique index by_key on backlog (idempotency_key);
  create index by_claim_order on backlog (priority desc, created_at, id) where status = 'ready';
  create index by_expiry on backlog (claimed_at + claim_ttl_seconds * 1000) where status = 'claimed';
  create table history (
    seq integer primary key, at integer not null, kind text not null, id text not null, by text, from_status text,
    to_status text, rev integer not null, reason text);
  create index history_of_card on history (id, seq);`;

const EXPIRED = `
  select * from backlog indexed by by_expiry where status = 'claimed' and claimed_at + claim_ttl_seconds * 1000 <= @now`;

const RECLAIM = `
  update backlog set claim_owner = null, claimed_at = null, claim_ttl_seconds = null, updated_at = @now, rev = rev + 1,
    status = case when attempts >= max_attempts then 'blocked' else 'ready' end
  where id = @id returning *`;

const CLAIM = `
  update backlog set status = 'claimed', claim_owner = @owner, claimed_at = @now, claim_ttl_seconds = 900,
    updated_at = @now, attempts = attempts + 1, rev = rev + 1
  where id = (
    select id from backlog card indexed by by_claim_order
    where status = 'ready' and (not_before is null or not_before <= @now) and not exists (
      select 1 from json_each(card.depends_on) need
      where not exists (select 1 from backlog other where other.id = need.value and other.status = 'done'))
    order by priority desc, created_at, id limit 1)
  returning *`;

const COMPLETE = `
  update backlog set status = 'done', claim_owner = null, claimed_at = null, claim_ttl_seconds = null,
    updated_at = @now, rev = rev + 1, status_reason = null
  where id = @id returning *`;

const NOTE = `
  insert into history (at, kind, id, by, from_status, to_status, rev)
  values (@now, @kind, @id, @by, @from, @to, @rev)`;

export function open(file, synchronous) {
  const database = connect(file, synchronous);
  const statements = [EXPIRED, RECLAIM, CLAIM, 'select * from backlog where id = ?', COMPLETE, NOTE];
  const [expired, reclaim, claim, get, complete, note] = statements.map((sql) => database.prepare(sql));

  function noted(kind, from, row, by, now) {
    note.run({ now, kind, id: row.id, by, from, to: row.status, rev: row.rev });
    return cardOf(row);
  }
  const claimOne = database.transaction((owner, now) => {
    for (const { id } of expired.all({ now })) noted('expired', 'claimed', reclaim.get({ id, now }), null, now);
    const row = claim.get({ owner, now });
    return row === undefined ? null : noted('claimed', 'ready', row, owner, now);
  }).immediate;
  const completeOne = database.transaction((id, owner, attempt, now) => {
    const row = get.get(id);
    if (row?.status !== 'claimed' || row.claim_owner !== owner || row.attempts !== attempt) throw new Error('Lost.');
    return noted('completed', row.status, complete.get({ id, now }), owner, now);
  }).immediate;
  return {
    claimAndComplete(owner) {
      const card = claimOne(owner, Date.now());
      if (card === null) throw new Error('There was no card left to claim.');
      completeOne(card.id, owner, card.attempts, Date.now());
    },
    close: () => database.close(),
  };
}

function cardOf(row) {
  return {
    ...{ id: row.id, title: row.title, body: row.body, phase: row.phase, priority: row.priority, status: row.status },
    ...{ dependsOn: JSON.parse(row.depends_on), claimOwner: row.claim_owner, claimTtlSeconds: row.claim_ttl_seconds },
    ...{ claimedAt: time(row.claimed_at), attempts: row.attempts, idempotencyKey: row.idempotency_key },
    acceptance: row.acceptance === null ? null : JSON.parse(row.acceptance),
    ...{ createdAt: time(row.created_at), updatedAt: time(row.updated_at), rev: row.rev },
    ...{ labels: JSON.parse(row.labels), maxAttempts: row.max_attempts, notBefore: time(row.not_before) },
    ...{ statusReason: row.status_reason, result: row.result === null ? null : JSON.parse(row.result) },
  };
}

function time(ms) {
  return ms === null ? null : new Date(ms).toISOString();
}

export function fill(file, count) {
  const database = connect(file, 'full');
  database.exec(SCHEMA);
  const insert = database.prepare(
    `insert into backlog (id, title, priority, depends_on, created_at, updated_at)
     values (@id, @title, @priority, @dependsOn, @now, @now)`,
  );
  const note = database.prepare(NOTE);
  const now = Date.now();
  database.transaction(() => {
    for (const card of cards(count)) {
      insert.run({ ...card, dependsOn: JSON.stringify(card.dependsOn), now });
      note.run({ now, kind: 'created', id: card.id, by: null, from: null, to: 'ready', rev: 1 });
    }
  })();
  database.close();
}
