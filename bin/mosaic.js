#!/usr/bin/env node
// The command `mosaic`. Starts the built program with what V8 compiled of it when the same command ran before: a cold
// command would otherwise spend most of its time on compiling; see docs/performance.md.
const {
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const root = dirname(__dirname);

/**
 * All parts of the program, in one file: so a command never runs with parts of two builds. It stays open, and whoever
 * brings an update puts a new file in its place. The first line names the build, and then the parts with their lengths.
 */
const file = join(root, 'dist', 'bin', 'program.cjs');
const FIRST_LINE_BYTES = 128;

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

/** By the name under which one part asks for another. What most commands never need stands apart. */
const PARTS = {
  './program.cjs': 'program',
  './line.cjs': 'line',
  './pages.cjs': 'pages',
  './seldom.cjs': 'seldom',
  './server.cjs': 'server',
  'zod/mini': 'schema',
};
const PACKAGES = new Set(['yaml', 'pg']);

/** By name: what a part exports, and what there is to keep of what was compiled of it. */
const loaded = new Map();

/**
 * @param {string} name the program's name
 * @param {number} depth so many words, at most, name a command of it
 */
async function start(name, depth) {
  const words = process.argv.slice(2);
  const command = commandOf(words.slice(0, depth));
  const build = openBuild();
  if (typeof build === 'string') {
    console.error(`${name} ${build} Run \`npm run build\` in the folder of mosaic-fleet, then try again.`);
    process.exitCode = 1;
    return;
  }
  const program = loadPart('program', build, command);
  await program.main(words, { program: name });
  for (const { script, cache, kept } of loaded.values()) {
    if (kept === null || script.cachedDataRejected) keepCompiled(script, cache, RENEWALS);
    else if (kept.renewals > 0 && Math.random() < 1 / RENEWED_ONCE_IN) keepCompiled(script, cache, kept.renewals - 1);
  }
  // Everything has been written and waited for; Node would still take a while to find that nothing is left to do.
  process.exit();
}

/** What was built, or what is wrong with it. */
function openBuild() {
  let descriptor;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (error.code === 'ENOENT') return 'is not built yet.';
    throw error;
  }
  const firstLine = readText(descriptor, 0, FIRST_LINE_BYTES);
  const [, digest = '', ...words] = firstLine.trimEnd().split(' ');
  const places = new Map();
  let end = FIRST_LINE_BYTES;
  for (let at = 0; at < words.length; at += 2) {
    const length = Number(words[at + 1]);
    places.set(words[at], { position: end, length });
    end += length;
  }
  const isWhole = firstLine.endsWith('\n') && places.size > 0 && fstatSync(descriptor).size === end;
  return isWhole ? { descriptor, firstLine, digest, places } : 'is damaged: dist/bin/program.cjs is not whole.';
}

function loadPart(part, build, command) {
  const before = loaded.get(part);
  if (before !== undefined) return before.exports;
  const { position, length } = build.places.get(part);
  const source = readText(build.descriptor, position, length);
  // Only somebody who writes into the file, instead of replacing it, can come between.
  if (part !== 'program' && readText(build.descriptor, 0, FIRST_LINE_BYTES) !== build.firstLine) {
    throw Object.assign(new Error(`${file} was written over.`), { code: 'PROGRAM_REPLACED' });
  }
  const cache = cacheFileOf(build, command, part);
  const kept = readCompiled(cache);
  const script = new Script(source, {
    filename: part === 'program' ? file : `${file}#${part}`,
    cachedData: kept?.data,
  });
  const exports = {};
  // Before it runs: parts know each other.
  loaded.set(part, { exports, script, cache, kept });
  script.runInThisContext()(
    exports,
    (wanted) => requireLater(wanted, build, command),
    { exports },
    file,
    dirname(file),
  );
  return exports;
}

/** It is ASCII: read as Latin-1 it need not be decoded. Shorter where the file ends before. */
function readText(descriptor, position, length) {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const more = readSync(descriptor, bytes, filled, length - filled, position + filled);
    if (more === 0) break;
    filled += more;
  }
  return bytes.latin1Slice(0, filled);
}

function commandOf(words) {
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
  return words.slice(0, end === -1 ? words.length : end).join('-') || 'none';
}

/** Under the build's digest, so what was compiled of another one is never taken for this one's. */
function cacheFileOf({ digest }, command, part) {
  const place = join(root, 'dist', '.code-cache', `${digest}-${process.versions.v8}-${process.arch}`);
  return join(place, part === 'program' ? `${command}.bin` : `${command}.${part}.bin`);
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
    // Never `dist` itself: where it has gone, this version was removed while it ran, and must not come back.
    const place = dirname(cache);
    for (const folder of [dirname(place), place]) if (!existsSync(folder)) mkdirSync(folder);
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

/** `require`, with modules that are there at once and loaded later. */
function requireLater(name, build, command) {
  const part = PARTS[name];
  if (part !== undefined) return later(() => loadPart(part, build, command));
  if (PACKAGES.has(name) || (name.startsWith('node:') && !NEEDED.has(name))) return later(() => require(name));
  return require(name);
}

/**
 * Stands for a module until something of it is used. What the bundler makes of a module that is imported whole is an
 * object with the same prototype; so this is its own.
 */
function later(load) {
  const stand = new Proxy({}, { get: (_, member) => load()[member], getPrototypeOf: () => stand });
  return stand;
}

exports.start = start;
if (require.main === module) void start('mosaic', 3);
