// Uses the package as a stranger would: packs it, installs it in an empty folder, runs the command, imports the
// library and compiles against its types. All of it in a temporary folder that is removed afterwards.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './freshness.mjs';

const consumer = `
import { MosaicError, openBacklog } from 'mosaic-fleet';
import type { Backlog, Card } from 'mosaic-fleet';

const backlog: Backlog = await openBacklog({ mosaicHome: process.env['MOSAIC_HOME'] ?? 'home' });
const card: Card | null = await backlog.claim({ owner: 'stranger', ttlSeconds: 60 });
if (card === null) throw new Error('The card that the command created could not be claimed.');
await backlog.complete({ id: card.id, owner: 'stranger', attempt: card.attempts, result: { ok: true } });
const { byStatus } = await backlog.stats();
if (byStatus.done !== 1) throw new Error('The completed card is not counted as done.');
const refusal: unknown = await backlog.get({ id: 'nobody' }).then(
  () => null,
  (error: unknown) => error,
);
if (!(refusal instanceof MosaicError) || refusal.code !== 'CARD_NOT_FOUND') throw new Error('A wrong error came back.');
await backlog.close();
`;

const folder = mkdtempSync(join(tmpdir(), 'mosaic-fleet-package-'));
try {
  const packs = join(folder, 'packs');
  const project = join(folder, 'project');
  for (const path of [packs, project]) mkdirSync(path);
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }');
  writeFileSync(join(project, 'consumer.ts'), consumer);

  npm(root, 'pack', '--pack-destination', packs);
  copyFileSync(join(packs, `mosaic-fleet-${version()}.tgz`), join(project, 'mosaic-fleet.tgz'));
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', './mosaic-fleet.tgz');

  expect(mosaic('--version').trim() === version(), 'mosaic --version does not print the version of the package.');
  const created = JSON.parse(mosaic('fleet', 'backlog', 'create', '--id', 'A1', '--title', 'Try it', '--json'));
  expect(created.status === 'ready', 'The card was not created ready.');
  const claimed = JSON.parse(mosaic('fleet', 'backlog', 'claim', '--owner', 'stranger', '--json'));
  expect(claimed.id === 'A1' && claimed.claimOwner === 'stranger', 'The card was not claimed.');
  mosaic('fleet', 'backlog', 'release', '--id', 'A1');

  run(project, join(root, 'node_modules', '.bin', 'tsc'), ...compilerFlags(), 'consumer.ts');
  run(project, process.execPath, 'consumer.js');
} catch (error) {
  console.error(error.message);
  for (const text of [error.stdout, error.stderr]) if (text) console.error(text);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** skipLibCheck stays off: the package's own declarations are part of what is checked. */
function compilerFlags() {
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  return ['--strict', '--target', 'es2023', '--module', 'nodenext', '--exactOptionalPropertyTypes', ...types];
}

function version() {
  return JSON.parse(run(root, process.execPath, '-p', 'JSON.stringify(require("./package.json").version)'));
}

function mosaic(...args) {
  return npm(join(folder, 'project'), 'exec', '--no', '--', 'mosaic', ...args);
}

function npm(cwd, ...args) {
  return run(cwd, 'npm', ...args);
}

function run(cwd, command, ...args) {
  const env = { ...process.env, MOSAIC_HOME: join(folder, 'home'), npm_config_loglevel: 'error', DATABASE_URL: '' };
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function expect(holds, sentence) {
  if (!holds) throw new Error(sentence);
}
