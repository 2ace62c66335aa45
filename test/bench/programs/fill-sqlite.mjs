// usage: fill-sqlite.mjs FILE COUNT
import { fill } from './sqlite.mjs';

const [file, count] = process.argv.slice(2);
fill(file, Number(count));
