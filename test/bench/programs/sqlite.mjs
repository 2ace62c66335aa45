// better-sqlite3 with a write-ahead log: every change a transaction of its own, flushed (full) or not (normal).
import { createRequire } from 'node:module';
import { COLUMNS, cards, INDEX } from './contract.mjs';

// Installed by `npm run bench`; nothing else needs it.
const load = createRequire(new URL('../../../.ci/bench/package.json', import.meta.url));

const CLAIM = `
  update backlog set status = 'claimed', claim_owner = @owner, claimed_at = @now, updated_at = @now,
    attempts = attempts + 1
  where id = (
    select id from backlog card where status = 'ready' and not exists (
      select 1 from json_each(card.depends_on) need
      where not exists (select 1 from backlog other where other.id = need.value and other.status = 'done'))
    order by priority desc, created_at, id limit 1)
  returning *`;

const COMPLETE = `
  update backlog set status = 'done', updated_at = @now
  where id = @id and status = 'claimed' and claim_owner = @owner and attempts = @attempts returning *`;

export function connect(file, synchronous) {
  const database = new (load('better-sqlite3'))(file, { timeout: 60_000 });
  database.pragma('journal_mode = wal');
  database.pragma(`synchronous = ${synchronous}`);
  return database;
}

export function open(file, synchronous) {
  const database = connect(file, synchronous);
  const claim = database.prepare(CLAIM);
  const complete = database.prepare(COMPLETE);
  // Immediate: a reader that becomes a writer halfway is refused, and would have to begin again.
  const immediately = database.transaction((statement, values) => statement.get(values)).immediate;
  return {
    claimAndComplete(owner) {
      const card = immediately(claim, { owner, now: Date.now() });
      if (card === undefined) throw new Error('There was no card left to claim.');
      immediately(complete, { id: card.id, owner, attempts: card.attempts, now: Date.now() });
    },
    close: () => database.close(),
  };
}

export function fill(file, count) {
  const database = connect(file, 'full');
  database.exec(`create table backlog (${COLUMNS}); ${INDEX}`);
  const insert = database.prepare(
    `insert into backlog (id, title, status, priority, depends_on, created_at, updated_at)
     values (@id, @title, 'ready', @priority, @dependsOn, @now, @now)`,
  );
  const now = Date.now();
  database.transaction(() => {
    for (const card of cards(count)) insert.run({ ...card, dependsOn: JSON.stringify(card.dependsOn), now });
  })();
  database.close();
}
