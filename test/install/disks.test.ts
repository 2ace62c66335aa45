/** Disks and users that get in the way: a clear refusal, the former installation works on, and the next run completes. */
import { chmodSync, chownSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { newFolder } from '../cli/mosaic.ts';
import { mustRun, programForAll, where } from '../hostile/surroundings.ts';
import { packageWith } from './packages.ts';

const OWN_MOUNTS = ['unshare', '-m'] as const;
const onOwnDisk = where(...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt');
const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] as const;
const asNobody = where(...AS_NOBODY, 'true');

let first: string;
let second: string;

beforeAll(() => {
  first = packageWith({ version: '0.1.0', framework: { 'guides/a.md': 'one\n' } });
  second = packageWith({ version: '0.2.0', framework: { 'guides/a.md': 'two\n', 'guides/b.md': 'two\n' } });
});

/** `install NAME` says how installing that package ended, and what of the message is worth knowing. */
function script(text: string): string {
  return `
    export MOSAIC_PREFIX="$HOME/prefix" MOSAIC_HOME="$HOME/home" TMPDIR="$HOME"
    install() {
      out=$(bash "$1/install.sh" --yes 2>&1 > /dev/null); status=$?
      echo "install $status$(echo "$out" | grep -Eio 'disk is full|read-only|access is denied' | head -1 | sed 's/^/ /')"
      case $out in *'line '[0-9]* | *'    at '*) echo "$out" ;; esac
    }
    works() { "$MOSAIC_PREFIX/bin/mosaic" --version && "$MOSAIC_PREFIX/bin/mosaic" fleet backlog show A | head -1; }
    mkdir -p "$MOSAIC_PREFIX" "$MOSAIC_HOME"
    ${text}`;
}

function run(text: string, within: readonly string[]): Promise<string> {
  return mustRun(script(text), { within, env: { FIRST: first, SECOND: second } });
}

const FILLED = `
  mount -t tmpfs -o size=40m tmpfs "$PLACE"
  install "$FIRST"
  "$MOSAIC_PREFIX/bin/mosaic" fleet backlog create A --title A > /dev/null
  for pages in 0 1 2 8 64; do
    dd if=/dev/zero of="$PLACE/filler" bs=4096 2> /dev/null
    truncate -s -$((pages * 4096)) "$PLACE/filler"
    before=$(du -s "$PLACE" | cut -f1)
    install "$SECOND"
    # What could not be finished takes no room from those who work.
    after=$(du -s "$PLACE" | cut -f1)
    [ "$after" -le $((before + 8)) ] || echo "took $((after - before)) KiB"
    works
  done
  rm "$PLACE/filler"
  install "$SECOND"
  works
  ls "$MOSAIC_PREFIX/lib/mosaic-fleet/versions" | cut -c1-5`;

onOwnDisk('on a full disk nothing is half installed, and nothing is left that takes room', async () => {
  const said = await run(`PLACE="$MOSAIC_PREFIX"\n${FILLED}`, OWN_MOUNTS);
  const refused = ['install 1 disk is full', '0.1.0', 'A  A'];
  expect(said.trimEnd().split('\n')).toEqual([
    ...['install 0', ...refused, ...refused, ...refused, ...refused, ...refused],
    ...['install 0', '0.2.0', 'A  A', '0.1.0', '0.2.0'],
  ]);
});

onOwnDisk('with a home on a full disk the program works, whichever version, and the next run completes', async () => {
  const said = await run(
    `mount -t tmpfs -o size=1m tmpfs "$MOSAIC_HOME"
     install "$FIRST"
     "$MOSAIC_PREFIX/bin/mosaic" fleet backlog create A --title A > /dev/null
     dd if=/dev/zero of="$MOSAIC_HOME/filler" bs=4096 2> /dev/null
     install "$SECOND"
     works | tail -1
     cat "$MOSAIC_HOME/guides/a.md"
     rm "$MOSAIC_HOME/filler"
     install "$SECOND"
     works
     cat "$MOSAIC_HOME/guides/a.md" "$MOSAIC_HOME/guides/b.md"`,
    OWN_MOUNTS,
  );
  expect(said.trimEnd().split('\n')).toEqual([
    ...['install 0', 'install 1 disk is full', 'A  A', 'one'],
    ...['install 0', '0.2.0', 'A  A', 'two', 'two'],
  ]);
});

onOwnDisk.each(['MOSAIC_PREFIX', 'MOSAIC_HOME'])('a read-only %s is refused, and works on as it was', async (place) => {
  const said = await run(
    `install "$FIRST"
     "$MOSAIC_PREFIX/bin/mosaic" fleet backlog create A --title A > /dev/null
     mount --bind "$${place}" "$${place}" && mount -o remount,ro,bind "$${place}"
     install "$SECOND"
     works | tail -1
     cat "$MOSAIC_HOME/guides/a.md"
     mount -o remount,rw,bind "$${place}"
     install "$SECOND"
     works
     cat "$MOSAIC_HOME/guides/a.md"`,
    OWN_MOUNTS,
  );
  expect(said.trimEnd().split('\n')).toEqual([
    ...['install 0', 'install 1 read-only', 'A  A', 'one'],
    ...['install 0', '0.2.0', 'A  A', 'two'],
  ]);
});

onOwnDisk('a read-only prefix in which everything is up to date is no trouble', async () => {
  const said = await run(
    `install "$FIRST"
     mount --bind "$MOSAIC_PREFIX" "$MOSAIC_PREFIX" && mount -o remount,ro,bind "$MOSAIC_PREFIX"
     install "$FIRST"`,
    OWN_MOUNTS,
  );
  expect(said).toBe('install 0\ninstall 0\n');
});

asNobody('a prefix of another user is refused by name, and not touched', async () => {
  const home = newFolder();
  const [node = ''] = programForAll().split('/node ');
  const mine = join(home, 'package');
  cpSync(first, mine, { recursive: true });
  chmodSync(home, 0o755);
  const his = join(home, 'his');
  const said = await mustRun(
    `mkdir "$HOME/prefix" && chown -R 0:0 "$HOME/prefix" && mkdir "$HOME/his" && chown ${NOBODY}:${NOBODY} "$HOME/his"
     chmod -R a+rX "$HOME"
     MOSAIC_PREFIX="$HOME/prefix" MOSAIC_HOME="$HOME/his/home" TMPDIR="$HOME/his" PATH="${node}:$PATH" \\
       setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups bash "$HOME/package/install.sh" --yes 2>&1
     echo "ended with $?"
     ls -A "$HOME/prefix" "$HOME/his"`,
    { home },
  );
  expect(said).toContain('ended with 1');
  expect(said).toMatch(/access is denied/);
  expect(said).toContain(join(home, 'prefix'));
  expect(said).not.toContain('    at ');
  chownSync(his, 0, 0);
});
