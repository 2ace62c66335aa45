/** Disks that are full, without inodes, read-only, and no descriptors left: a clear refusal, readers that go on, and everything works afterwards. */
import { expect, test } from 'vitest';
import { newFolder, mustRun, script, where } from './surroundings.ts';

const OWN_MOUNTS = ['unshare', '-m'] as const;
const onOwnDisk = where(...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');

/** Runs a command, and says what it ended with and which code its error has. */
const SAYS = `
  says() { out=$("$@" --json 2>&1); status=$?; echo "$status$(echo "$out" | grep -o '"code":"[A-Z_]*"' | head -1)"; }
`;

onOwnDisk('a full disk refuses changes, lets readers read, and goes on when there is room', async () => {
  const said = await mustRun(
    `${SAYS}
      mount -t tmpfs -o size=1m tmpfs "$MOSAIC_HOME"
      $MOSAIC create A --title A > /dev/null && $MOSAIC create B --title B > /dev/null
      dd if=/dev/zero of="$MOSAIC_HOME/filler" bs=4096 2> /dev/null
      says $MOSAIC claim --owner w
      says $MOSAIC create C --title C
      says $MOSAIC list
      says $MOSAIC history
      says $MOSAIC doctor
      rm "$MOSAIC_HOME/filler"
      says $MOSAIC claim --owner w
      says $MOSAIC complete A --owner w
      $MOSAIC history --json
      $MOSAIC doctor --json`,
    { within: OWN_MOUNTS },
  );
  const lines = said.trimEnd().split('\n');
  expect(lines.slice(0, 7)).toEqual(['1"code":"DISK_FULL"', '1"code":"DISK_FULL"', '0', '0', '0', '0', '0']);
  expect([...said.matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind)).toEqual([
    'created',
    'created',
    'claimed',
    'completed',
  ]);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ healthy: true, cards: 2, findings: [] });
});

onOwnDisk('a worker on a full disk keeps what its command has done until there is room, and goes on', async () => {
  const said = await mustRun(
    `mount -t tmpfs -o size=1m tmpfs "$MOSAIC_HOME"
      export RAN=$(mktemp)
      $MOSAIC create A --title A > /dev/null && $MOSAIC create B --title B > /dev/null
      fleet=$(echo "$MOSAIC" | sed 's/ backlog$//')
      fill='echo "$MOSAIC_CARD_ID" >> "$RAN"; [ "$MOSAIC_CARD_ID" = B ] || dd if=/dev/zero of="$MOSAIC_HOME/filler" bs=4096 2> /dev/null; true'
      $fleet work --owner w --idle-exit 2 -- sh -c "$fill" 2> /dev/null & worker=$!
      while [ ! -e "$MOSAIC_HOME/filler" ]; do sleep 0.1; done
      sleep 1.5
      rm "$MOSAIC_HOME/filler"
      wait $worker; echo "ended with $?"
      cat "$RAN"; rm "$RAN"
      $MOSAIC list --json | grep -o '"status":"[a-z]*"'`,
    { within: OWN_MOUNTS },
  );
  expect(said.trimEnd().split('\n')).toEqual(['ended with 0', 'A', 'B', '"status":"done"', '"status":"done"']);
});

onOwnDisk(
  'every point at which the disk can become full leaves a store that goes on',
  { timeout: 120_000 },
  async () => {
    const said = await mustRun(
      `${SAYS}
      mount -t tmpfs -o size=400k tmpfs "$MOSAIC_HOME"
      $MOSAIC create A --title A > /dev/null
      for pages in 0 1 2 3 4 5 6 7 8 9 10; do
        dd if=/dev/zero of="$MOSAIC_HOME/filler" bs=4096 2> /dev/null
        truncate -s -$((pages * 4096)) "$MOSAIC_HOME/filler"
        says $MOSAIC update A --title "$pages"
        rm "$MOSAIC_HOME/filler"
        $MOSAIC doctor --json > "$MOSAIC_HOME/doctor" || cat "$MOSAIC_HOME/doctor"
      done
      $MOSAIC claim --owner w --json`,
      { within: OWN_MOUNTS },
    );
    const lines = said.trimEnd().split('\n');
    expect(lines.slice(0, -1)).toHaveLength(11);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(0|1"code":"DISK_FULL")$/);
    expect(lines[0]).toContain('DISK_FULL');
    expect(lines.at(-2)).toBe('0');
    expect(lines.at(-1)).toContain('"claimOwner":"w"');
  },
);

onOwnDisk('a disk without inodes counts as full', async () => {
  const said = await mustRun(
    `${SAYS}
      mount -t tmpfs -o nr_inodes=40 tmpfs "$MOSAIC_HOME"
      $MOSAIC create A --title A > /dev/null
      n=0; while touch "$MOSAIC_HOME/filler$n" 2> /dev/null; do n=$((n + 1)); done
      says $MOSAIC claim --owner w
      says $MOSAIC show A
      rm "$MOSAIC_HOME"/filler*
      says $MOSAIC claim --owner w`,
    { within: OWN_MOUNTS },
  );
  expect(said.trimEnd().split('\n')).toEqual(['1"code":"DISK_FULL"', '0', '0']);
});

onOwnDisk('on a read-only disk readers read and changes are refused', async () => {
  const said = await mustRun(
    `${SAYS}
      $MOSAIC create A --title A > /dev/null
      mount --bind "$MOSAIC_HOME" "$MOSAIC_HOME" && mount -o remount,ro,bind "$MOSAIC_HOME"
      says $MOSAIC claim --owner w
      for words in list stats history explain doctor 'show A' 'export'; do says $MOSAIC $words; done
      mount -o remount,rw,bind "$MOSAIC_HOME"
      says $MOSAIC claim --owner w`,
    { within: OWN_MOUNTS, home: newFolder() },
  );
  expect(said.trimEnd().split('\n')).toEqual(['1"code":"DISK_READ_ONLY"', ...['0', '0', '0', '0', '0', '0', '0'], '0']);
});

test(
  'with too few file descriptors a command does its work or says so, and breaks nothing',
  { timeout: 60_000 },
  async () => {
    const home = newFolder();
    await mustRun('$MOSAIC create A --title A', { home });
    const ends = new Set<string>();
    // Node itself needs most of these; below that it cannot start at all.
    for (let limit = 18; limit <= 24; limit += 1) {
      const { status, stderr } = await script(`ulimit -n ${limit}; $MOSAIC update A --title ${limit}`, { home });
      if (stderr.startsWith('node:')) continue;
      ends.add(status === 0 ? 'done' : 'refused');
      if (status !== 0) expect(stderr).toMatch(/too many files open|Too many files are open/);
    }
    expect(ends).toContain('done');
    expect(JSON.parse(await mustRun('$MOSAIC doctor --json', { home }))).toMatchObject({ healthy: true, findings: [] });
  },
);
