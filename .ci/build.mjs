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
 * The command line: one file with everything in it, as a function that `bin/mosaic.js` calls. What a command does not
 * need lies there unread and not compiled.
 */
async function buildBundle() {
  await buildPart('bundle', join(dist, 'bin'), async (folder) => {
    const bundle = await rolldown({
      cwd: root,
      input: 'src/cli/main.ts',
      platform: 'node',
      external: [/^node:/, ...builtinModules],
      onLog: (level, log) => {
        if (level === 'warn') throw new Error(`rolldown warns: ${log.message}`);
      },
    });
    const { output } = await bundle.generate({
      format: 'cjs',
      codeSplitting: false,
      // Names stay, for the stacks that --debug shows; what is between them is only read.
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    });
    await bundle.close();
    const [{ code }] = output;
    const program = `(function (exports, require, module, __filename, __dirname) {${inAscii(code)}\n})\n`;
    const digest = createHash('sha256').update(program).digest('hex').slice(0, 16);
    writeFileSync(join(folder, 'program.cjs'), `// ${digest}\n${program}`);
    writeFileSync(join(folder, 'licenses.txt'), licensesOf(output));
  });
  // What V8 has compiled of programs before this one is of no use any more.
  rmSync(join(dist, '.code-cache'), { recursive: true, force: true });
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
