/** An embedded store that cannot be read is refused in words, and neither it nor the backlog is changed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, rmSync, truncateSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { answerOf, Mosaic, newFolder } from '../cli/mosaic.ts';
import { mustRun, where } from '../hostile/surroundings.ts';
import { packageWith } from '../install/packages.ts';
import { embeddedStore, ENUM, imprint, TABLE } from './embedded-store.ts';

// PGlite takes seconds to make a store, and more where others compute, too.
vi.setConfig({ testTimeout: 180_000 });

const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'];
const onOwnDisk = where(...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');

const ONE = `insert into backlog (id, title) values ('A1', 'A')`;

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Runs the import, which has to be refused; the store and the backlog are as they were, and nothing is left behind. */
async function refusal(store: string, program?: string): Promise<Told> {
  const mosaic = new Mosaic();
  const temporary = newFolder();
  const before = imprint(store);
  const answer = await mosaic.backlog(['import', '--pglite', store, '--json'], {
    env: { TMPDIR: temporary },
    ...(program === undefined ? {} : { program }),
  });
  expect(answer).toMatchObject({ stdout: '', status: expect.toSatisfy((status) => status === 1 || status === 2) });
  expect(imprint(store)).toEqual(before);
  expect(readdirSync(temporary)).toEqual([]);
  expect(await mosaic.json(['list'])).toEqual([]);
  const { error }: { error: Told } = JSON.parse(answer.stderr);
  expect(error.message).toMatch(/nothing was changed/i);
  return error;
}

/** A program that has the store open, and says so. */
async function opened(store: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('programs/keep-open.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, store], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('close', reject);
  });
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

describe('an embedded store', () => {
  it('that a program has open is refused; once that program was killed, it is read to its last commit', async () => {
    const store = await embeddedStore(ENUM, TABLE, ONE);
    const child = await opened(store);
    try {
      expect(await refusal(store)).toMatchObject({
        code: 'STORE_IN_USE',
        message: `The embedded store ${store} is in use: process ${child.pid} has it open. Nothing was changed.`,
      });
    } finally {
      await killed(child);
    }
    expect(readdirSync(store)).toContain('postmaster.pid');
    expect(await new Mosaic().json(['import', '--pglite', store])).toMatchObject({ created: ['A1', 'late'] });
  });

  it('of another version is refused with the release of PGlite that has it', async () => {
    const store = await embeddedStore(ENUM, TABLE, ONE);
    writeFileSync(join(store, 'PG_VERSION'), '16\n');
    const { code, message, hint } = await refusal(store);
    expect(code).toBe('UNSUPPORTED');
    expect(message).toMatch(/was made by Postgres 16, and PGlite 0\.5\.\d+, which is installed, has Postgres 18/);
    expect(hint).toContain(`npm install @electric-sql/pglite@0.2 && mosaic fleet backlog import --pglite ${store}`);
    writeFileSync(join(store, 'PG_VERSION'), '15\n');
    expect(await refusal(store)).toMatchObject({ hint: expect.stringContaining('No release of PGlite') });
  });

  it('without the table, or without some of its columns, is refused by name', async () => {
    const none = await embeddedStore('create table cards (id text)');
    expect(await refusal(none)).toMatchObject({
      code: 'STORE_FOREIGN',
      message: `${none} is an embedded Postgres, but holds no backlog: there is no table "backlog" in it. Nothing was changed.`,
    });
    const poor = await embeddedStore(ENUM, TABLE, 'alter table backlog drop column phase, drop column acceptance');
    expect((await refusal(poor)).message).toContain('its table "backlog" has no column phase, acceptance.');
  });

  it('that is cut off is refused with what PGlite says', async () => {
    const store = await embeddedStore(ENUM, TABLE, ONE);
    const accidents: readonly ((copy: string) => void)[] = [
      (copy) => truncateSync(join(copy, 'global', 'pg_control'), 100),
      (copy) => rmSync(join(copy, 'pg_wal'), { recursive: true }),
      (copy) => rmSync(join(copy, 'base'), { recursive: true }),
    ];
    for (const accident of accidents) {
      const copy = join(newFolder(), 'cut off');
      cpSync(store, copy, { recursive: true });
      accident(copy);
      const { code, message } = await refusal(copy);
      expect(code).toBe('STORE_DAMAGED');
      expect(message).toMatch(/cannot be read: PGlite 0\.5\.\d+ says "/);
    }
  });

  it('that is none is refused, and nobody takes a folder for one', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'PG_VERSION'), 'eighteen\n');
    expect(await refusal(folder)).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('PG_VERSION'),
    });
    const missing = await new Mosaic().backlog(['import', '--pglite', join(folder, 'nowhere')]);
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining('it is not there') });
    mkdirSync(join(folder, 'base'));
    writeFileSync(join(folder, 'PG_VERSION'), '18\n');
    expect(await refusal(folder)).toMatchObject({ code: 'STORE_DAMAGED' });
  });

  it('with cards that are not valid is refused with every one of them by name', async () => {
    const store = await embeddedStore(
      ENUM,
      TABLE,
      `insert into backlog (id, title, depends_on) values ('A1', ' ', '{}'), ('A2', 'A', '{A2}'), ('A3', 'A', '{}')`,
    );
    const { code, message, hint } = await refusal(store);
    expect(code).toBe('IMPORT_REFUSED');
    expect(message).toContain('2 problems');
    expect(message).toMatch(/^Card A1: its field title must not be blank/m);
    expect(message).toMatch(/^Card A2: its dependencies close a cycle/m);
    expect(hint).toContain('run the same import again');
  });

  it('is not read without PGlite, and one in the working directory will do', async () => {
    const store = await embeddedStore(ENUM, TABLE, ONE);
    const program = join(packageWith(), 'bin', 'mosaic.js');
    const away = newFolder();
    const run = (cwd: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const words = [program, 'fleet', 'backlog', 'import', '--pglite', store, '--json'];
        const child = spawn(process.execPath, words, { cwd, env: new Mosaic().env() });
        let said = '';
        child.stdout.on('data', (text: Buffer) => (said += text.toString()));
        child.stderr.on('data', (text: Buffer) => (said += text.toString()));
        child.once('error', reject);
        child.once('close', () => resolve(said));
      });
    expect(JSON.parse(await run(away))).toEqual({
      error: {
        code: 'UNSUPPORTED',
        message: `To read the embedded store ${store} takes PGlite, which is not installed. Nothing was changed.`,
        hint: expect.stringContaining('npm install @electric-sql/pglite@0.5'),
      },
    });
    const installed = fileURLToPath(new URL('../../node_modules/@electric-sql/pglite', import.meta.url));
    cpSync(installed, join(away, 'node_modules', '@electric-sql', 'pglite'), { recursive: true });
    expect(JSON.parse(await run(away))).toMatchObject({ created: ['A1'] });
  });

  onOwnDisk('that has no room to be copied to is refused with another place for the copy', async () => {
    const store = await embeddedStore(ENUM, TABLE, ONE);
    const text = `
      mount -t tmpfs -o size=10m tmpfs /mnt
      ! $MOSAIC import --pglite "$STORE" --json 2>&1
      ls -A /mnt`;
    const said = await mustRun(text, { within: OWN_MOUNTS, env: { STORE: store, TMPDIR: '/mnt' } });
    // Nothing comes after the answer: the copy is gone.
    expect(JSON.parse(said)).toEqual({
      error: {
        code: 'DISK_FULL',
        message: `There is no room for a copy of the embedded store ${store} in /mnt. Nothing was changed.`,
        hint: expect.stringContaining('TMPDIR'),
      },
    });
  });

  it('whose reading is broken off by Ctrl-C leaves no copy of it behind', async () => {
    const store = await embeddedStore(ENUM, TABLE, ONE);
    const mosaic = new Mosaic();
    const temporary = newFolder();
    const child = mosaic.start(['fleet', 'backlog', 'import', '--pglite', store], { env: { TMPDIR: temporary } });
    const copying = watch(temporary);
    await once(copying, 'change');
    copying.close();
    child.kill('SIGINT');
    const { status, stdout } = await answerOf(child);
    // It may have been faster than the signal.
    expect([0, 130]).toContain(status);
    expect(stdout === '').toBe(status === 130);
    expect(await mosaic.json(['list'])).toHaveLength(status === 130 ? 0 : 1);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
