/** Other users of the machine: whose files and folders they are, and what a command says that may not use them. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newFolder, mustRun, programForAll, script, where } from './surroundings.ts';

/** The user of whom every system knows that nothing is his. */
const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] as const;
const asNobody = where(...AS_NOBODY, 'true');

async function storeOfNobody(): Promise<{ home: string; within: readonly string[]; program: string }> {
  const home = newFolder();
  chownSync(home, NOBODY, NOBODY);
  const his = { home, within: AS_NOBODY, program: programForAll() };
  await mustRun('$MOSAIC create A --title A && $MOSAIC create B --title B', his);
  return his;
}

asNobody('a store of another user is refused by name, and not touched', async () => {
  const home = newFolder();
  await mustRun('$MOSAIC create A --title A', { home });
  chmodSync(home, 0o755);
  for (const command of ['list', 'claim --owner w', 'create B --title B', 'doctor']) {
    const { status, stderr } = await script(`$MOSAIC ${command}`, {
      home,
      within: AS_NOBODY,
      program: programForAll(),
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('This user has no permission: ');
    expect(stderr).toContain(home);
    expect(stderr).toContain('Check who owns the folder');
  }
  expect(JSON.parse(await mustRun('$MOSAIC doctor --json', { home }))).toMatchObject({ cards: 1, findings: [] });
});

asNobody('whoever may only read a store can read it', async () => {
  const home = newFolder();
  await mustRun('$MOSAIC create A --title A && chmod -R a+rX "$MOSAIC_HOME"', { home });
  const his = { home, within: AS_NOBODY, program: programForAll() };
  for (const command of ['list', 'show A', 'history', 'stats', 'explain', 'export']) {
    expect(await mustRun(`$MOSAIC ${command} --json`, his)).toContain(command === 'stats' ? '"total":1' : '"A"');
  }
  const { status, stderr } = await script('$MOSAIC claim --owner w --json', his);
  expect(status).toBe(1);
  expect(stderr).toContain('"code":"DISK_DENIED"');
});

asNobody('a folder that has become read-only refuses changes, and takes them again afterwards', async () => {
  const his = await storeOfNobody();
  for (const folder of ['cards', 'journal', 'registry.lock', 'staging']) {
    const path = join(his.home, 'fleet/backlog', folder);
    chmodSync(path, 0o500);
    const { status, stderr } = await script('$MOSAIC update A --title new --json', his);
    chmodSync(path, 0o700);
    // A card that cannot be put in place is in the journal all the same, and the next holder puts it there.
    if (status !== 0) expect(stderr).toContain('"code":"DISK_DENIED"');
    expect(await mustRun(`$MOSAIC update A --title ${folder} --json`, his)).toContain(`"title":"${folder}"`);
  }
  expect(JSON.parse(await mustRun('$MOSAIC doctor --json', his))).toMatchObject({ healthy: true, cards: 2 });
});

asNobody('a card that belongs to another user is named, and the others go on', async () => {
  const his = await storeOfNobody();
  const path = join(his.home, 'fleet/backlog/cards/A.json');
  chownSync(path, 0, 0);
  chmodSync(path, 0o600);
  const { stdout, stderr } = await script('$MOSAIC list --json; $MOSAIC claim --owner w --json', his);
  expect(`${stdout}${stderr}`).toContain('this user may not read it');
  expect(stdout).toContain('"claimOwner":"w"');
  const { stdout: doctor } = await script('$MOSAIC doctor --json', his);
  expect(doctor).toContain(path);
});

test('the doctor warns of every folder that all users can write to', async () => {
  const home = newFolder();
  await mustRun('$MOSAIC create A --title A', { home });
  for (const folder of ['.', 'fleet', 'fleet/backlog', 'fleet/backlog/cards', 'fleet/backlog/journal']) {
    const path = join(home, folder);
    chmodSync(path, 0o777);
    const report = await mustRun('$MOSAIC doctor --json', { home });
    chmodSync(path, 0o700);
    expect(JSON.parse(report)).toMatchObject({ healthy: true, findings: [{ code: 'world-writable' }] });
    expect(report).toContain('chmod o-w');
  }
});

test('a home with a quote, a space and a dollar in its name is just a home', async () => {
  const home = join(newFolder(), `it's $HOME; "here"\n`);
  mkdirSync(home, { mode: 0o777 });
  chmodSync(home, 0o777);
  await mustRun('$MOSAIC create A --title A && $MOSAIC claim --owner w', { home });
  // What the hint says is run by a shell, as it stands.
  const hint = 'JSON.parse(fs.readFileSync(0)).findings[0].hint.replace(/^.*?: /, "")';
  await mustRun(`$MOSAIC doctor --json | node -p '${hint}' | sh`, { home });
  expect(JSON.parse(await mustRun('$MOSAIC doctor --json', { home }))).toMatchObject({ findings: [] });
});
