// Builds dist/: the library with tsc, the command line with rolldown, and the JSON Schema of a card.
//
// Every part is made in a folder of its own and then brought into dist/ file by file, each replaced whole and only
// when it differs. So a program that runs from dist/ meanwhile never finds a file missing or half written, and a
// part that fails to build leaves what was there before.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { rolldown } from 'rolldown';
import { digestOfInputs, filesUnder, markBuilt, root } from './freshness.mjs';

const dist = join(root, 'dist');

/**
 * What a worker's day is made of. A cold command has to take in all the functions of its file, used or not, so what these
 * commands do not need stands in another one.
 */
const OFTEN = ['claim', 'renew', 'complete', 'fail', 'release', 'create', 'show', 'list'];

/**
 * The parts, each with the files it is there for: it holds what is loaded with them and is in none before it. `line` reads
 * command lines that are not plain, `pages` is what people read of cards, `server` is the store on Postgres and nothing that
 * the one on files has in common with it. All the rest is `seldom`.
 */
const PARTS = {
  program: ['src/cli/main.ts', 'src/backlog/open.ts', ...OFTEN.map((name) => `src/cli/backlog/${name}.ts`)],
  line: ['src/cli/parse/commander-line.ts'],
  server: ['src/backlog/postgres/open-postgres.ts'],
  pages: [...['claim-page', 'card-page', 'card-table'].map((name) => `src/cli/print/${name}.ts`), 'src/cli/help.ts'],
};

/** The folder of what only a server needs. */
const SERVER = join(root, 'src/backlog/postgres/');

/** Its classes take longer to make than a claim takes; nearly every card and request is told without it. */
const SCHEMA = 'zod/mini';

/** Known to `bin/mosaic.js`. */
const FIRST_LINE_BYTES = 128;

/** Loaded where a roster is read, where the backlog is on a server, where an embedded store is read; nowhere else. */
const LATER = ['yaml', 'pg', '@electric-sql/pglite'];

/**
 * The command line, as functions that `bin/mosaic.js` calls: the parts, and `schema`, what is used of zod. Each is read
 * and run when something of it is used. They lie in one file, which an update replaces as a whole.
 */
async function buildBundle() {
  await buildPart('bundle', join(dist, 'bin'), async (folder) => {
    const partOf = await partsOfModules();
    const chunks = await bundled('src/cli/main.ts', {
      strictExecutionOrder: true,
      entryFileNames: 'entry.cjs',
      chunkFileNames: '[name].cjs',
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ debugName: 'parts', name: partOf }],
      },
    });
    const used = new Set(
      chunks.flatMap(({ code }) => [...code.matchAll(/\bzod_mini\.([\w$]+)/g)].map(([, name]) => name)),
    );
    const schema = await bundled('\0schema', {
      entryFileNames: 'schema.cjs',
      plugins: [virtual('\0schema', `export { ${[...used].sort().join(', ')} } from '${SCHEMA}';`)],
      codeSplitting: false,
    });
    const parts = inParts([...chunks, ...schema], partOf).map(([part, code]) => [part, asFunction(code)]);
    writeFileSync(join(folder, 'program.cjs'), inOneFile(parts));
    writeFileSync(join(folder, 'licenses.txt'), licensesOf([...chunks, ...schema]));
  });
  // What V8 has compiled of programs before this one is of no use any more.
  rmSync(join(dist, '.code-cache'), { recursive: true, force: true });
}

/** As `bin/mosaic.js` reads it: the first line names the build, so that nothing is ever taken for another one's. */
function inOneFile(parts) {
  const texts = parts.map(([, text]) => text);
  const digest = createHash('sha256').update(texts.join('')).digest('hex').slice(0, 16);
  const firstLine = ['//', digest, ...parts.flatMap(([part, text]) => [part, text.length])].join(' ');
  if (firstLine.length >= FIRST_LINE_BYTES) throw new Error('The first line of the program has no room for its parts.');
  return `${firstLine.padEnd(FIRST_LINE_BYTES - 1)}\n${texts.join('')}`;
}

/**
 * The bundler makes a file of its own for its few helpers, and one for the entry, that only names what the other exports.
 * Both are put into the parts: every part costs a command a tenth of a millisecond.
 */
function inParts(chunks, partOf) {
  const rest = new Map(chunks.map(({ fileName, code }) => [fileName, code]));
  const take = (name) => {
    const code = rest.get(name);
    if (code === undefined) throw new Error(`The bundler made ${[...rest.keys()].join(', ')}, and no ${name}.`);
    rest.delete(name);
    return code;
  };
  // Some take their names from one of the commands in them.
  const named = chunks.flatMap(({ fileName, moduleIds }) => {
    const id = moduleIds.find((one) => one.startsWith(root));
    return id === undefined || fileName === 'schema.cjs' ? [] : [[fileName, partOf(id)]];
  });
  const helpers = `((exports) => {${take('rolldown-runtime.cjs')}\nreturn exports;})({})`;
  const whole = (code) =>
    named.reduce(
      (text, [fileName, part]) => text.replaceAll(`require("./${fileName}")`, `require("./${part}.cjs")`),
      code.replaceAll('require("./rolldown-runtime.cjs")', () => helpers),
    );
  const entry = whole(take('entry.cjs')).replace('require("./program.cjs")', 'exports');
  const parts = named.map(([fileName, part]) => {
    const code = whole(take(fileName));
    return [part, part === 'program' ? `${code}\n{${entry}\n}` : code];
  });
  parts.push(['schema', take('schema.cjs')]);
  if (rest.size > 0) throw new Error(`The bundler also made ${[...rest.keys()].join(', ')}.`);
  return parts;
}

/** @returns the part of a module, by its id */
async function partsOfModules() {
  const found = new Map();
  for (const [part, files] of Object.entries(PARTS)) {
    for (const id of await modulesBehind(files)) {
      if (!found.has(id) && (part !== 'server' || id.startsWith(SERVER))) found.set(id, part);
    }
  }
  // What is no file is the bundler's own.
  return (id) => found.get(id) ?? (id.startsWith('/') ? 'seldom' : 'program');
}

/** Everything that is loaded when these files are, and nothing that is loaded only when it is asked for. */
async function modulesBehind(files) {
  const entry = '\0often';
  const text = files.map((file) => `import ${JSON.stringify(join(root, file))};`).join('\n');
  const chunks = await bundled(entry, { plugins: [virtual(entry, text)], codeSplitting: true, treeshake: false });
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const chunk of found) for (const name of chunk.imports) if (byName.has(name)) found.add(byName.get(name));
  return new Set([...found].flatMap(({ moduleIds }) => moduleIds));
}

async function bundled(input, { plugins = [], treeshake = true, ...options }) {
  const bundle = await rolldown({
    cwd: root,
    input,
    plugins,
    treeshake,
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: [/^node:/, ...builtinModules, ...LATER, ...(input === '\0schema' ? [] : [SCHEMA])],
    onLog: (level, log) => {
      // What is in the same part need not be loaded later; it is run later all the same.
      if (level === 'warn' && log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT')
        throw new Error(`rolldown warns: ${log.message}`);
    },
  });
  const { output } = await bundle.generate({
    format: 'cjs',
    // Names stay, for the stacks that --debug shows; what is between them is only read.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    ...options,
  });
  await bundle.close();
  return output.filter(({ type }) => type === 'chunk');
}

/** A module that is no file. */
function virtual(id, text) {
  return {
    name: `virtual ${id.slice(1)}`,
    resolveId: (wanted) => (wanted === id ? id : null),
    load: (wanted) => (wanted === id ? text : null),
  };
}

function asFunction(code) {
  return `(function (exports, require, module, __filename, __dirname) {${inAscii(code)}\n})\n`;
}

/** In texts, templates and regular expressions an escape says the same; nothing else in a program has other letters. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What `import 'mosaic-fleet'` reaches, and the card's JSON Schema as that very code gives it. */
async function buildLibrary() {
  await buildPart('library', dist, async (folder) => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json', '--outDir', folder, '--pretty', 'false'], {
      cwd: root,
    }).catch((error) => {
      throw new Error(`tsc says:\n${error.stdout || error.message}`);
    });
    const { cardJsonSchema } = await import(pathToFileURL(join(folder, 'backlog', 'card-json-schema.js')).href);
    writeFileSync(join(folder, 'card.schema.json'), `${JSON.stringify(cardJsonSchema(), null, 2)}\n`);
  });
}

async function buildPart(part, target, make) {
  const digest = digestOfInputs();
  const folder = join(dist, `.new-${process.pid}-${part}`);
  mkdirSync(folder, { recursive: true });
  try {
    await make(folder);
    markBuilt(part, 'being replaced');
    bringOver(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  markBuilt(part, digest);
}

/** Makes `to` hold exactly the files of `from`; the bundle's folder and hidden files inside the library's are not its. */
function bringOver(from, to) {
  const isOthers = (path) => path.startsWith('.') || path.startsWith(`bin${sep}`);
  const fresh = new Set(filesUnder(from).map((file) => relative(from, file)));
  for (const path of fresh) {
    const target = join(to, path);
    const bytes = readFileSync(join(from, path));
    if (existsSync(target) && readFileSync(target).equals(bytes)) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(from, path), target);
  }
  for (const file of filesUnder(to)) {
    const path = relative(to, file);
    if (!fresh.has(path) && !isOthers(path)) rmSync(file, { force: true });
  }
}

/** The packages inside the bundle ask that their licence travels with them. */
function licensesOf(output) {
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (!file) throw new Error(`The package ${name} is bundled and has no licence file in ${folder}.`);
      return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    })
    .join('\n---\n\n');
}

/** A build that was killed leaves its folder behind. */
function removeLeftovers() {
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    const pid = /^\.new-(\d+)-/.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

removeLeftovers();
for (const { status, reason } of await Promise.allSettled([buildBundle(), buildLibrary()])) {
  if (status === 'fulfilled') continue;
  console.error(stripVTControlCharacters(reason.message));
  process.exitCode = 1;
}
