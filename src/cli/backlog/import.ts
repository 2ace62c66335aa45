/** `import`: cards from JSON Lines, all of them or none. */
import type { ImportReport } from '../../backlog/backlog.ts';
import { MosaicError } from '../../errors.ts';
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
    pglite: text('--pglite <dir>', 'the embedded store of an older program', 'file'),
  },
  details:
    'A line needs id and title; what else is missing takes the defaults of create. All lines are valid or nothing is ' +
    'changed, and the same file again changes nothing.',
  examples: ['import cards.jsonl --dry-run', 'import cards.jsonl', 'import - < cards.jsonl'],
  async run({ backlog, output, stdin }, { file, pglite, ...flags }) {
    if (pglite !== undefined) throw embeddedStore(pglite);
    if (file === undefined) throw usageError('import needs the name of a file, or - for standard input.');
    const bar = new ProgressBar(
      (line) => output.draw(line),
      output.errorScreen,
      () => performance.now(),
    );
    const store = await backlog();
    const report = await store
      .import({ ...flags, lines: readLines(file, stdin), onProgress: bar.report })
      .finally(() => bar.clear());
    await output.answer(report, () => reportLines(report));
  },
});

function reportLines({ created, updated, unchanged, dryRun }: ImportReport): string {
  const parts = [
    ...(created.length === 0 ? [] : [`${created.length} new`]),
    ...(updated.length === 0 ? [] : [`${updated.length} replaced (${updated.map(printable).join(', ')})`]),
    ...(unchanged.length === 0 ? [] : [`${unchanged.length} unchanged`]),
  ];
  const what = parts.length === 0 ? 'no cards' : parts.join(', ');
  return dryRun ? `Would import: ${what}. Nothing was changed.\n` : `Imported: ${what}.\n`;
}

function embeddedStore(folder: string): MosaicError {
  return new MosaicError({
    code: 'UNSUPPORTED',
    message: `The reader for an embedded store (${folder}) is not part of this version. Nothing was changed.`,
    hint:
      'Export the table there as JSON lines with the program that made it ' +
      '(SELECT row_to_json(backlog) FROM backlog), name the columns as `mosaic fleet backlog schema` has them, ' +
      'and import that file.',
  });
}
