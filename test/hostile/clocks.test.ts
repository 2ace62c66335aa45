/** A wall clock that jumps by days, while the clock of the disk and of the other processes goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished } from 'vitest';
import { mustRun, newFolder, script, where } from './surroundings.ts';

const root = new URL('../..', import.meta.url).pathname;
const withFakeClock = where('faketime', '-f', '+2d', 'true');

const DAY_MS = 86_400_000;

/** The words before a command that make its wall clock wrong. Its monotonic clock stays right, as a jumping clock's does. */
function at(shift: string): readonly string[] {
  return ['FAKETIME_DONT_FAKE_MONOTONIC=1', 'faketime', '-f', shift];
}

withFakeClock('everything works while the clock goes forward and back by two days', async () => {
  const home = newFolder();
  for (const [number, shift] of ['+2d', '-2d', '+2d', '+0d', '-2d'].entries()) {
    const id = `c${number}`;
    const said = await mustRun(
      `$MOSAIC create ${id} --title T > /dev/null && $MOSAIC claim ${id} --owner w --json &&
        $MOSAIC renew ${id} --owner w > /dev/null && $MOSAIC complete ${id} --owner w --json`,
      { home, within: at(shift) },
    );
    expect(said.match(/"status":"(\w+)"/g)).toEqual(['"status":"claimed"', '"status":"done"']);
  }
  const history = await mustRun('$MOSAIC history --json', { home });
  const seqs = [...history.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(JSON.parse(await mustRun('$MOSAIC doctor --json', { home }))).toMatchObject({ healthy: true, findings: [] });
});

withFakeClock('an edit by hand is seen whatever the clock says, and taken up once', async () => {
  const home = newFolder();
  const card = '"$MOSAIC_HOME"/fleet/backlog/cards/A.json';
  await mustRun('$MOSAIC create A --title A', { home, within: at('+2d') });
  for (const [number, shift] of ['-2d', '+0d', '+2d'].entries()) {
    const title = `edited ${number}`;
    const edit = `sed -i 's/"title": "[^"]*"/"title": "${title}"/' ${card}`;
    const said = await mustRun(`${edit} && $MOSAIC show A --json && $MOSAIC history A --json`, {
      home,
      within: at(shift),
    });
    expect(said).toContain(`"title":"${title}"`);
    expect(said.match(/"kind":"edited"/g)).toHaveLength(number + 1);
  }
});

withFakeClock('a claim made two days ahead runs out after its time to live all the same', async () => {
  const home = newFolder();
  const made = await mustRun('$MOSAIC create A --title A --json && $MOSAIC claim --owner w --ttl 2s --json', {
    home,
    within: at('+2d'),
  });
  expect(Date.parse(/"claimedAt":"([^"]+)"/.exec(made)?.[1] ?? '') - Date.now()).toBeGreaterThan(1.9 * DAY_MS);
  const held = await mustRun('$MOSAIC claim --owner v --json', { home });
  expect(held).not.toContain('"claimOwner":"v"');
  const later = await mustRun('sleep 2.2; $MOSAIC claim --owner v --json', { home });
  expect(later).toContain('"claimOwner":"v"');
});

withFakeClock('a clock that jumps does not make two processes hold the lock', { timeout: 60_000 }, async () => {
  const home = newFolder();
  await mustRun('$MOSAIC create A --title A && $MOSAIC create B --title B', { home });
  // It holds the lock and stops; everybody two days ahead takes the lock for two days old.
  const holder = spawn(process.execPath, [`${root}/test/hostile/stopped-holder.mjs`, home, 'A']);
  onTestFinished(() => void holder.kill('SIGKILL'));
  let said = '';
  holder.stdout.on('data', (part: Buffer) => (said += part.toString()));
  await expect.poll(() => said, { timeout: 20_000 }).toContain('stopped');
  await mustRun('$MOSAIC claim A --owner ahead --json', { home, within: at('+2d') });
  holder.kill('SIGCONT');
  await once(holder, 'close');
  expect(said).toContain('LOCK_LOST');
  const history = await mustRun('$MOSAIC history A --json', { home });
  expect([...history.matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind)).toEqual(['created', 'claimed']);
});

withFakeClock('processes on three clocks at once claim each card once', { timeout: 60_000 }, async () => {
  const home = newFolder();
  await mustRun('for n in $(seq 18); do $MOSAIC create c$n --title T > /dev/null; done', { home });
  const claims = 'for n in 1 2 3 4 5 6; do $MOSAIC claim --owner w --json --ttl 30d; done';
  const sides = await Promise.all(['-2d', '+0d', '+2d'].map((shift) => script(claims, { home, within: at(shift) })));
  const claimed = sides.flatMap(({ stdout }) => [...stdout.matchAll(/"id":"(c\d+)"/g)].map(([, id]) => id));
  expect(new Set(claimed).size).toBe(18);
  expect(claimed).toHaveLength(18);
});
