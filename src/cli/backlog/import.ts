/** `import`: cards from JSON Lines, all of them or none. */
import type { ImportReport } from '../../backlog/backlog.ts';
import type { EmbeddedImportReport } from '../../backlog/embedded/import-embedded.ts';
import type { Context } from '../context.ts';
import { DONE, type ExitStatus, INTERRUPTED } from '../exit-status.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import { readLines } from '../input/read-lines.ts';
import { ProgressBar } from '../output/progress.ts';
import { flag } from '../parse/option.ts';
import { fileArgument, text } from '../parse/values.ts';
import { usageError } from '../parse/usage.ts';
import { printable } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: {
    file: fileArgument('JSON Lines, one card a line; - reads standard input'),
    dryRun: flag('--dry-run', 'say what would happen and change nothing'),
    update: flag('--update', 'replace cards that exist with other content'),
    pglite: text('--pglite <dir>', 'the embedded store (PGlite) of an older program', 'file'),
  },
  details:
    'A line needs id and title; what else is missing takes the defaults of create. All lines are valid or nothing is ' +
    'changed, and the same file again changes nothing. An embedded store is read from a copy and stays as it is; where ' +
    'it stands in the place of the backlog itself, it is put aside when all its cards are there.',
  examples: [
    'import cards.jsonl --dry-run',
    'import cards.jsonl',
    'import - < cards.jsonl',
    'import --pglite ~/.config/mosaic/fleet/backlog',
  ],
  async run(context, { file, pglite, ...flags }) {
    const { output, stdin } = context;
    if (file !== undefined && pglite !== undefined) {
      throw usageError(
        'import takes the cards of a file or, with --pglite, of an embedded store: give one of the two.',
      );
    }
    if (file === undefined && pglite === undefined) {
      throw usageError('import needs the name of a file, or - for standard input.');
    }
    const bar = new ProgressBar(
      (line) => output.draw(line),
      output.errorScreen,
      () => performance.now(),
    );
    if (pglite !== undefined) return importEmbedded(context, { ...flags, directory: pglite }, bar);
    const store = await context.backlog();
    const report = await store
      .import({ ...flags, lines: readLines(file ?? '-', stdin), onProgress: bar.report })
      .finally(() => bar.clear());
    await output.answer(report, () => reportLines(report));
    return DONE;
  },
});

interface EmbeddedFlags {
  readonly directory: string;
  readonly update?: true;
  readonly dryRun?: true;
}

async function importEmbedded(context: Context, flags: EmbeddedFlags, bar: ProgressBar): Promise<ExitStatus> {
  const [embedded, { backlogFolderOf }] = await Promise.all([
    import('../../backlog/embedded/import-embedded.ts'),
    import('../../backlog/open.ts'),
  ]);
  const signal = context.interrupts();
  try {
    const report = await embedded.importEmbedded({
      ...flags,
      root: backlogFolderOf(context.mosaicHome),
      isForServer: (context.env['DATABASE_URL'] ?? '') !== '',
      open: context.backlog,
      openAt: (mosaicHome) => context.openAt(mosaicHome),
      onProgress: bar.report,
      signal,
    });
    bar.clear();
    await context.output.answer(report, () => reportLines(report) + whereItIs(report, flags.directory));
    return DONE;
  } catch (error) {
    bar.clear();
    // What was read of it went with the copy.
    if (signal.aborted && error === signal.reason) return INTERRUPTED;
    throw error;
  }
}

function whereItIs({ setAside, dryRun }: EmbeddedImportReport, directory: string): string {
  if (dryRun) return '';
  const words = setAside === null ? `stays as it was in ${directory}` : `made room and stays in ${setAside}`;
  return `The embedded store ${printable(words)}.\n`;
}

function reportLines({ created, updated, unchanged, dryRun }: ImportReport): string {
  const parts = [
    ...(created.length === 0 ? [] : [`${created.length} new`]),
    ...(updated.length === 0 ? [] : [`${updated.length} replaced (${updated.map(printable).join(', ')})`]),
    ...(unchanged.length === 0 ? [] : [`${unchanged.length} unchanged`]),
  ];
  const what = parts.length === 0 ? 'no cards' : parts.join(', ');
  return dryRun ? `Would import: ${what}. Nothing was changed.\n` : `Imported: ${what}.\n`;
}
