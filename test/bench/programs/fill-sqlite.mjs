// usage: fill-sqlite.mjs sqlite|sqlite-contract FILE COUNT
const [kind, file, count] = process.argv.slice(2);
const { fill } = await import(`./${kind}.mjs`);
fill(file, Number(count));
