// One claim as a command on an embedded Postgres: open the database, claim, answer, end.
// usage: pglite-claim.mjs FOLDER [CARDS]: with CARDS it makes the table instead.
import { PGlite } from '@electric-sql/pglite';
import { COLUMNS, cards, INDEX } from './contract.mjs';

const [folder, count] = process.argv.slice(2);
const database = await PGlite.create(folder);
if (count === undefined) {
  const { rows } = await database.query(
    `update backlog set status = 'claimed', claim_owner = $1, claimed_at = $2, attempts = attempts + 1
     where id = (
       select id from backlog card where status = 'ready' and not exists (
         select 1 from jsonb_array_elements_text(card.depends_on::jsonb) need
         where not exists (select 1 from backlog other where other.id = need and other.status = 'done'))
       order by priority desc, created_at, id limit 1 for update skip locked)
     returning *`,
    ['worker', Date.now()],
  );
  process.stdout.write(`${JSON.stringify(rows[0])}\n`);
} else {
  await database.exec(`create table backlog (${COLUMNS}); ${INDEX}`);
  for (const { id, title, priority, dependsOn } of cards(Number(count))) {
    await database.query(
      `insert into backlog (id, title, status, priority, depends_on, created_at, updated_at)
       values ($1, $2, 'ready', $3, $4, $5, $5)`,
      [id, title, priority, JSON.stringify(dependsOn), Date.now()],
    );
  }
}
await database.close();
