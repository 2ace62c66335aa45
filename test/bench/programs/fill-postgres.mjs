// usage: fill-postgres.mjs URL COUNT
import { fill } from './postgres.mjs';

const [url, count] = process.argv.slice(2);
await fill(url, Number(count));
