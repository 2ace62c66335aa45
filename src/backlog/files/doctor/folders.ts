/** What the doctor checks about the store around the cards: foreign files, journal, index, left-overs, permissions. */
import type { FileSystem } from '../../../disk/filesystem.ts';
import { scanSegment } from '../../../disk/journal.ts';
import { listSegments, readHeader, segmentPath, straySegments } from '../../../disk/segment-header.ts';
import type { Finding } from '../../backlog.ts';
import { commandLine, quoteForShell } from '../../sentences.ts';
import { isCardFileName } from '../form/file-name.ts';
import type { StorePaths } from '../form/layout.ts';
import type { FileStore } from '../file-store.ts';
import { readIndexFile } from '../form/index-file.ts';
import { deadStagings } from '../recovery/left-overs.ts';

const WORLD_WRITABLE = 0o002;
/** In such a folder, as /tmp is, nobody removes what is somebody else's. */
const STICKY = 0o1000;

export function examineFolders(store: FileStore): readonly Finding[] {
  const { files, paths } = store;
  const findings: Finding[] = [];
  for (const folder of [
    paths.archive,
    paths.journal,
    paths.indexFolder,
    paths.lock,
    paths.flushLock,
    paths.staging,
    paths.aside,
  ]) {
    const stat = files.stat(folder);
    if (stat !== null && stat.kind !== 'folder') findings.push(notAFolder(folder));
  }
  for (const folder of [paths.cards, paths.archive]) {
    for (const name of files.list(folder) ?? []) {
      if (isCardFileName(name)) continue;
      const message = `${folder}/${name} is no card; it is left alone.`;
      findings.push(news('foreign-file', `${folder}/${name}`, message, 'Move it away if it is not meant to be there.'));
    }
  }
  const aside = files.list(paths.aside) ?? [];
  if (aside.length > 0) {
    const what = `${aside.length} ${aside.length === 1 ? 'file is' : 'files are'} kept in ${paths.aside}`;
    findings.push(
      news(
        'kept-aside',
        paths.aside,
        `${what}, which could not be used, or had to make room for what the journal says.`,
        'Look whether they hold anything you miss, then move them away.',
      ),
    );
  }
  for (const folder of deadStagings(files, paths, store.livenessOf, store.clock.wallMs())) {
    findings.push({
      code: 'left-over-staging',
      severity: 'info',
      subject: folder,
      message: `A process that died left ${folder} behind.`,
      fixed: null,
      hint: 'It does no harm; doctor --fix removes it.',
    });
  }
  for (const folder of writableForAll(files, paths)) {
    findings.push(
      warning(
        'world-writable',
        folder,
        `Every user of this machine can write to ${folder}.`,
        `Take that away with: chmod o-w ${quoteForShell(folder)}`,
      ),
    );
  }
  return findings;
}

/** The folders of the store, and those that lead to it from the home: who can write there can put another store there. */
function writableForAll(files: FileSystem, paths: StorePaths): readonly string[] {
  const fleet = paths.root.slice(0, paths.root.lastIndexOf('/'));
  const home = fleet.slice(0, fleet.lastIndexOf('/'));
  const { root, cards, archive, journal, indexFolder, lock, staging, aside } = paths;
  return [home, fleet, root, cards, archive, journal, indexFolder, lock, staging, aside].filter((folder) => {
    const stat = files.stat(folder);
    return stat?.kind === 'folder' && (stat.mode & WORLD_WRITABLE) !== 0 && (stat.mode & STICKY) === 0;
  });
}

export function examineJournal(store: FileStore): readonly Finding[] {
  const { files, paths } = store;
  const findings: Finding[] = [];
  const segments = listSegments(files, paths.journal);
  const [first = 1] = segments;
  if (first > 1) {
    findings.push(journalDamage(segmentPath(paths.journal, first), `segments 1 to ${first - 1} before it are missing`));
  }
  for (const path of straySegments(files, paths.journal)) {
    findings.push(journalDamage(path, 'it is the copy of another one, or its first line is damaged'));
  }
  for (const [index, segment] of segments.entries()) {
    const path = segmentPath(paths.journal, segment);
    const next = segments[index + 1];
    const seal = next === undefined ? null : readHeader(files, paths.journal, next);
    const counts = next === segment + 1 ? (seal?.follows?.bytes ?? null) : null;
    const scan = scanSegment(files, paths.journal, segment, 0, counts);
    // Where nothing counts, nothing can be missing.
    if (scan === null || counts === 0) continue;
    if (scan.header === null) findings.push(journalDamage(path, 'its first line is damaged'));
    for (const line of scan.damagedLines) findings.push(journalDamage(path, `line ${line} is damaged`));
    if (counts !== null && scan.trailingBytes > 0) findings.push(journalDamage(path, 'its end is damaged'));
    if (counts !== null && scan.end + scan.trailingBytes < counts) {
      findings.push(journalDamage(path, 'its end is missing'));
    }
    if (next !== undefined && next !== segment + 1) {
      findings.push(journalDamage(path, `segments ${segment + 1} to ${next - 1} behind it are missing`));
    }
  }
  return findings;
}

/** The index is only a cache, so a wrong one is news, not trouble. Empty as long as there is no journal. */
export function examineIndex(store: FileStore): readonly Finding[] {
  const { files, paths } = store;
  if (listSegments(files, paths.journal).length === 0 || readIndexFile(files, paths, null) !== null) return [];
  const missing = files.stat(paths.indexFile) === null;
  return [
    {
      code: missing ? 'index-missing' : 'index-damaged',
      severity: 'info',
      subject: paths.indexFile,
      message: `The index is ${missing ? 'missing' : 'damaged'}; every command reads all cards until it is back.`,
      fixed: null,
      hint: 'The next checkpoint makes it again by itself; doctor --fix does it now.',
    },
  ];
}

function journalDamage(path: string, what: string): Finding {
  return {
    code: 'journal-damaged',
    severity: 'warning',
    subject: path,
    message: `The journal ${path} is damaged: ${what}. The cards themselves are not touched by that; history may be.`,
    fixed: null,
    hint: `Check the disk, and keep a copy of the folder; then make it readable again with: ${commandLine('doctor', '--fix')}`,
  };
}

function notAFolder(path: string): Finding {
  return {
    code: 'not-a-folder',
    severity: 'error',
    subject: path,
    message: `${path} is a link or a file, where the store has a folder. Nothing is written there.`,
    fixed: null,
    hint: 'Look what it is (ls -ld) and move it away, or put the folder back in its place.',
  };
}

function news(code: string, subject: string, message: string, hint: string): Finding {
  return { code, severity: 'info', subject, message, fixed: null, hint };
}

function warning(code: string, subject: string, message: string, hint: string): Finding {
  return { code, severity: 'warning', subject, message, fixed: null, hint };
}
