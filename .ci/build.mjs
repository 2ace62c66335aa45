// Builds dist/: the library with tsc, the command line with rolldown, and the JSON Schema of a card.
//
// Every part is made in a folder of its own and then brought into dist/ file by file, each replaced whole and only
// when it differs. So a program that runs from dist/ meanwhile never finds a file missing or half written, and a
// part that fails to build leaves what was there before.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { rolldown } from 'rolldown';
import { digestOfInputs, filesUnder, markBuilt, root } from './freshness.mjs';

const dist = join(root, 'dist');

/** The command line: one entry, split where it says import(), packages included so that it reads few files. */
async function buildBundle() {
  await buildPart('bundle', join(dist, 'bin'), async (folder) => {
    const bundle = await rolldown({
      cwd: root,
      input: { main: 'src/cli/main.ts' },
      platform: 'node',
      external: [/^node:/, ...builtinModules],
      onLog: (level, log) => {
        if (level === 'warn') throw new Error(`rolldown warns: ${log.message}`);
      },
    });
    const { output } = await bundle.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      codeSplitting: {
        groups: [
          { name: chunkOf, debugName: 'always together' },
          { name: 'pages', minShareCount: 2 },
        ],
      },
    });
    await bundle.close();
    writeFileSync(join(folder, 'licenses.txt'), licensesOf(output));
  });
}

/**
 * A cold command pays for every file it opens, so what always goes together lies together: the program, the store it
 * opens, and what commands share. Each of these imports only those before it; the rest is a file for each import().
 */
function chunkOf(id, context) {
  // zod names this from its entry, but only `schema` calls it.
  if (/\/zod\/.*json-schema/.test(id)) return null;
  if (reachedFrom('src/cli/main.ts', context).has(id)) return 'program';
  if (reachedFrom('src/backlog/open.ts', context).has(id)) return 'store';
  return null;
}

/** Every module that is loaded at once with `entry`. */
function reachedFrom(entry, context) {
  const reached = new Set();
  const visit = (id) => {
    if (reached.has(id)) return;
    reached.add(id);
    for (const next of context.getModuleInfo(id)?.importedIds ?? []) visit(next);
  };
  visit(join(root, entry));
  return reached;
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
