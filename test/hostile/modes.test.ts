/** Whatever the umask of whoever runs it: the store is its owner's, all of it, and stays usable by its owner. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mustRun, newFolder } from './surroundings.ts';

/** Makes cards, changes them, edits one, archives, makes a checkpoint and sets something aside. */
const EVERYTHING = `
  $MOSAIC create A --title 'Card A' && $MOSAIC create B --title 'Card B' --depends-on A
  $MOSAIC claim --owner w && $MOSAIC complete A && $MOSAIC archive
  EDITOR="$PWD$MOSAIC_HOME/editor" $MOSAIC edit B
  cp "$MOSAIC_HOME/fleet/backlog/cards/B.json" "$MOSAIC_HOME/fleet/backlog/cards/C.json"
  chmod 600 "$MOSAIC_HOME/fleet/backlog/cards/C.json"
  $MOSAIC doctor --fix; $MOSAIC export > /dev/null && $MOSAIC list --json
`;

test.each(['000', '022', '077', '277', '777'])('umask %s', { timeout: 120_000 }, async (umask) => {
  const home = newFolder();
  const editor = `printf '#!/bin/sh\\nstat -c %%a "$1" > "$MOSAIC_HOME/mode-of-edited"\\nsed -i s/Card/Better/ "$1"\\n'`;
  await mustRun(`${editor} > "$MOSAIC_HOME/editor" && chmod 755 "$MOSAIC_HOME/editor"`, { home });
  const listed = await mustRun(`umask ${umask}; ${EVERYTHING.replace('$PWD$MOSAIC_HOME', home)}`, { home });
  expect(listed).toContain('Better B');
  expect(readFileSync(join(home, 'mode-of-edited'), 'utf8').trim()).toBe('600');
  const wrong: string[] = [];
  for (const name of readdirSync(join(home, 'fleet'), { recursive: true, encoding: 'utf8' })) {
    const stat = lstatSync(join(home, 'fleet', name));
    const mode = (stat.mode & 0o777).toString(8);
    if (mode !== (stat.isDirectory() ? '700' : '600')) wrong.push(`${name} ${mode}`);
  }
  expect(wrong).toEqual([]);
});
