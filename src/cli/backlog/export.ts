/** `export`: every card, a JSON line each. */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { replaceFile } from '../input/replace-file.ts';
import { fileArgument } from '../parse/values.ts';
import { printable, printableJson } from '../print/text/escape.ts';

export const command: RunnableCommand = defineCommand({
  options: { file: fileArgument('where to write; - or nothing is standard output') },
  details: 'The file is written whole or not at all. import brings everything back as it was, archived cards too.',
  examples: ['export backup.jsonl', 'export | gzip > backup.jsonl.gz'],
  async run({ backlog, output }, { file = '-' }) {
    const lines = (await backlog()).export();
    if (file === '-') {
      for await (const line of lines) await output.write(`${printableJson(line)}\n`);
      return;
    }
    let exported = 0;
    await replaceFile(
      file,
      counted(lines, () => (exported += 1)),
    );
    const cards = exported === 1 ? 'card' : 'cards';
    await output.answer({ exported, file }, () => `Exported ${exported} ${cards} to ${printable(file)}.\n`);
  },
});

async function* counted(lines: AsyncIterable<string>, count: () => void): AsyncIterable<string> {
  for await (const line of lines) {
    count();
    yield `${line}\n`;
  }
}
