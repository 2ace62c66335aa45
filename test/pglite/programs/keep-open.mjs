// Opens an embedded store, adds a card to it, says so, and keeps it open until it is killed.
// usage: keep-open.mjs FOLDER
import { PGlite } from '@electric-sql/pglite';

const database = await PGlite.create(process.argv[2]);
await database.exec(`insert into backlog (id, title) values ('late', 'Committed before the kill')`);
process.stdout.write('open\n');
setInterval(() => undefined, 60_000);
