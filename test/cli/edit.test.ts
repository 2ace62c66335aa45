/** `edit`: what a person changes in an editor is applied as one step, or not at all and then kept. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Mosaic, type Answer } from './mosaic.ts';

/** An editor that applies a piece of JavaScript to the card, or to its text. */
function editorOf(mosaic: Mosaic, script: string): string {
  const file = join(mosaic.home, 'editor.mjs');
  const program = `#!/usr/bin/env node
import { readFileSync, statSync, writeFileSync } from 'node:fs';
const file = process.argv.at(-1);
let text = readFileSync(file, 'utf8');
const card = JSON.parse(text);
const mode = (statSync(file).mode & 0o777).toString(8);
text = null;
${script};
writeFileSync(file, text ?? JSON.stringify(card));
`;
  writeFileSync(file, program);
  chmodSync(file, 0o755);
  return file;
}

async function edit(script: string, words: readonly string[] = []): Promise<{ mosaic: Mosaic; answer: Answer }> {
  const mosaic = new Mosaic();
  await mosaic.stock(
    { op: 'create', id: 'A1', title: 'First', dependsOn: ['A2'] },
    { op: 'create', id: 'A2', title: 'Second' },
    { op: 'create', id: 'A3', title: 'Third' },
  );
  const env = { EDITOR: editorOf(mosaic, script), MOSAIC_FROM_TEST: mosaic.home };
  return { mosaic, answer: await mosaic.backlog(['edit', 'A1', '--json', ...words], { env }) };
}

function keptFile({ stderr }: Answer): string {
  return /kept in (\S+?card\.json)/.exec(stderr)?.[1] ?? 'no file was named';
}

describe('edit', () => {
  it('applies changed fields and dependencies together', async () => {
    const { answer } = await edit(`card.title = 'New'; card.labels = ['a']; card.dependsOn = ['A3']`);
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(answer.stdout)).toMatchObject({ title: 'New', labels: ['a'], dependsOn: ['A3'] });
  });

  it('shows the card in a file that is nobody else’s', async () => {
    const { answer } = await edit(`card.body = mode`);
    expect(JSON.parse(answer.stdout)).toMatchObject({ body: '600' });
  });

  it('changes nothing when nothing was changed', async () => {
    const { answer } = await edit('');
    expect(JSON.parse(answer.stdout)).toMatchObject({ rev: 1 });
  });

  it.each([
    [`card.status = 'done'`, 'The field status cannot be edited; claim, complete'],
    [`card.id = 'B1'`, 'The field id cannot be edited'],
    [`card.extra = 1`, 'The field extra cannot be edited'],
    [`delete card.title`, 'The field title is gone'],
    [`text = '{"id": "A1",\\n "title" "x"}'`, 'The text is not a card, on line 2: it is not JSON'],
    [`card.dependsOn = ['A9']`, 'A9'],
    [`card.priority = 'high'`, 'priority'],
  ])('refuses %s, changes nothing and keeps the text', async (script, message) => {
    const { mosaic, answer } = await edit(script);
    expect(answer).toMatchObject({ stdout: '', stderr: expect.stringContaining(message) });
    expect(answer.status).toBeGreaterThan(0);
    expect(existsSync(keptFile(answer))).toBe(true);
    expect(await mosaic.json(['show', 'A1'])).toMatchObject({ rev: 1, title: 'First', dependsOn: ['A2'] });
  });

  it('is refused when the card has changed meanwhile', async () => {
    const meanwhile = `card.title = 'Mine';
      const { execFileSync } = await import('node:child_process');
      execFileSync(process.execPath, [${JSON.stringify(new URL('../../bin/mosaic.js', import.meta.url).pathname)},
        'fleet', 'backlog', 'update', 'A1', '--title', 'Theirs'], { stdio: 'ignore' })`;
    const { mosaic, answer } = await edit(meanwhile);
    expect(answer.stderr).toMatch(/revision/);
    expect(JSON.parse(readFileSync(keptFile(answer), 'utf8'))).toMatchObject({ title: 'Mine' });
    expect(await mosaic.json(['show', 'A1'])).toMatchObject({ title: 'Theirs' });
  });

  it('changes nothing when the editor fails', async () => {
    const { mosaic, answer } = await edit(`card.title = 'New'; process.exit(3)`);
    expect(answer.stderr).toContain('ended with status 3. Nothing was changed.');
    expect(await mosaic.json(['show', 'A1'])).toMatchObject({ rev: 1 });
  });
});
