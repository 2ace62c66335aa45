// Loaded before the program: kills it at the very moment that it renames something to DIE_AT, before that or after.
const fs = require('node:fs');

const rename = fs.renameSync;
const when = process.env.DIE_WHEN;

fs.renameSync = (from, to) => {
  const isIt = String(to).endsWith(process.env.DIE_AT);
  if (isIt && when === 'before') process.kill(process.pid, 'SIGKILL');
  rename(from, to);
  if (isIt && when === 'after') process.kill(process.pid, 'SIGKILL');
};
