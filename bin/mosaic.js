#!/usr/bin/env node
// The command `mosaic`. Starts the built program with what V8 compiled of it when the same command ran before: a cold
// command would otherwise spend most of its time on compiling; see docs/performance.md.
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const root = dirname(__dirname);
const file = join(root, 'dist', 'bin', 'program.cjs');

/** Before what was compiled stand its checksum and the renewals to come; V8 wants what follows aligned. */
const HEAD_BYTES = 8;

/**
 * V8 compiles what runs. The first run may have had little to do, so some of those after it add what they have compiled,
 * until what the command usually does is there.
 */
const RENEWALS = 3;
const RENEWED_ONCE_IN = 4;

/** Modules of Node that every command needs. The others are loaded when something of them is used. */
const NEEDED = new Set(['node:fs', 'node:os', 'node:path', 'node:zlib']);

/**
 * @param {string} name the program's name
 * @param {number} depth so many words, at most, name a command of it
 */
async function start(name, depth) {
  const source = readProgram();
  if (source === null) {
    console.error(`${name} is not built yet. Run \`npm run build\` in the folder of mosaic-fleet, then try again.`);
    process.exitCode = 1;
    return;
  }
  const words = process.argv.slice(2);
  const cache = cacheFileOf(source, words.slice(0, depth));
  const kept = readCompiled(cache);
  const script = new Script(source, { filename: file, cachedData: kept?.data });
  const program = {};
  script.runInThisContext()(program, requireLater, { exports: program }, file, dirname(file));
  await program.main(words, { program: name });
  if (kept === null || script.cachedDataRejected) keepCompiled(script, cache, RENEWALS);
  else if (kept.renewals > 0 && Math.random() < 1 / RENEWED_ONCE_IN) keepCompiled(script, cache, kept.renewals - 1);
  // Everything has been written and waited for; Node would still take a while to find that nothing is left to do.
  process.exit();
}

/** Its text is ASCII: read as Latin-1 it need not be decoded. */
function readProgram() {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The program's first line is its digest, so what was compiled of another one is never taken for this one's. */
function cacheFileOf(source, words) {
  const digest = source.slice(3, source.indexOf('\n'));
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
  const command = words.slice(0, end === -1 ? words.length : end).join('-');
  return join(
    root,
    'dist',
    '.code-cache',
    `${digest}-${process.versions.v8}-${process.arch}`,
    `${command || 'none'}.bin`,
  );
}

/** V8 believes what it is given: a single flipped bit would crash it, or worse. */
function readCompiled(cache) {
  try {
    const bytes = readFileSync(cache);
    const data = bytes.subarray(HEAD_BYTES);
    return bytes.readUInt32LE(0) === crc32(data) ? { data, renewals: bytes.readUInt32LE(4) } : null;
  } catch {
    return null;
  }
}

/** Whoever may not write there does without. */
function keepCompiled(script, cache, renewals) {
  // Other options of Node make other code, which would only push out the usual one.
  const isUsual = process.execArgv.length === 0 && !process.env.NODE_OPTIONS;
  if (!isUsual || (process.exitCode ?? 0) !== 0) return;
  const fresh = `${cache}.${process.pid}`;
  try {
    mkdirSync(dirname(cache), { recursive: true });
    const data = script.createCachedData();
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(crc32(data));
    head.writeUInt32LE(renewals, 4);
    writeFileSync(fresh, Buffer.concat([head, data]), { flush: true });
    renameSync(fresh, cache);
  } catch {
    removeIfThere(fresh);
  }
}

function removeIfThere(path) {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where even that cannot be done, nothing was written either.
  }
}

/** `require`, with modules of Node that are there at once and loaded later. */
function requireLater(name) {
  if (NEEDED.has(name) || !name.startsWith('node:')) return require(name);
  return new Proxy({}, { get: (_, member) => require(name)[member] });
}

exports.start = start;
if (require.main === module) void start('mosaic', 3);
