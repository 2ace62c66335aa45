/** Waiting, watching, and output that somebody stops reading. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf, Mosaic, newFolder, outputHolds } from './mosaic.ts';

describe('claim --wait', () => {
  it('wakes when a card appears', async () => {
    const mosaic = new Mosaic();
    const waiting = answerOf(
      mosaic.start(['fleet', 'backlog', 'claim', '--owner', 'coder0', '--wait', '20s', '--json']),
    );
    await mosaic.create('A1');
    const { status, stdout, stderr } = await waiting;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ id: 'A1', claimOwner: 'coder0' });
  });

  it('gives up when its time is over', async () => {
    const answer = await new Mosaic().backlog(['claim', '--owner', 'coder0', '--wait', '1s', '--exit-code', '--json']);
    expect(answer).toEqual({ status: 3, stdout: 'null\n', stderr: '' });
  });

  it('ends with 130 when it is interrupted, and has claimed nothing', async () => {
    const mosaic = new Mosaic();
    await mosaic.stock({ op: 'create', id: 'A1', title: 'T' }, { op: 'block', id: 'A1' });
    const child = mosaic.start(['fleet', 'backlog', 'claim', '--owner', 'coder0', '--wait', '--json']);
    const ended = answerOf(child);
    // There is no sign from outside that it waits; an interrupt that comes too early would end it with a signal.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 130, stdout: 'null\n' });
  });
});

describe('watch', () => {
  it('prints each change as a JSON line, from a point on, until it is stopped', async () => {
    const mosaic = new Mosaic();
    await mosaic.stock({ op: 'create', id: 'A1', title: 'T' }, { op: 'create', id: 'A2', title: 'T' });
    const child = mosaic.start(['fleet', 'backlog', 'watch', '--since', '1', '--json']);
    const ended = answerOf(child);
    await outputHolds(child, '"A2"');
    await mosaic.stock({ op: 'block', id: 'A1', reason: 'rain' });
    await outputHolds(child, 'rain');
    child.kill('SIGTERM');
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { seq: 2, id: 'A2', kind: 'created' },
      { seq: 3, id: 'A1', kind: 'blocked', reason: 'rain' },
    ]);
  });
});

describe('output', () => {
  const many = Array.from({ length: 3000 }, (_, at) => ({ id: `N${at}`, title: `Card ${at}`, body: 'x'.repeat(200) }));
  const lines = many.map((card) => JSON.stringify(card)).join('\n');

  it('that is longer than a pipe is wide arrives whole', async () => {
    const mosaic = new Mosaic();
    await mosaic.json(['import', '-'], { stdin: lines });
    const { stdout } = await mosaic.backlog(['list', '--json']);
    expect(JSON.parse(stdout)).toHaveLength(many.length);
  });

  it('that nobody reads any more ends quietly', async () => {
    const mosaic = new Mosaic();
    await mosaic.json(['import', '-'], { stdin: lines });
    const child = mosaic.start(['fleet', 'backlog', 'export']);
    const ended = answerOf(child);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('export to a file', () => {
  it('replaces it whole, through a link, and leaves nothing else behind', async () => {
    const mosaic = new Mosaic();
    await mosaic.stock({ op: 'create', id: 'A1', title: 'T' });
    const folder = newFolder();
    writeFileSync(join(folder, 'real.jsonl'), 'old content that is longer than the new one\n'.repeat(100));
    symlinkSync('real.jsonl', join(folder, 'backup.jsonl'));
    expect(await mosaic.json(['export', join(folder, 'backup.jsonl')])).toMatchObject({ exported: 1 });
    expect(readdirSync(folder).sort()).toEqual(['backup.jsonl', 'real.jsonl']);
    expect(JSON.parse(readFileSync(join(folder, 'real.jsonl'), 'utf8'))).toMatchObject({ id: 'A1' });
  });

  it('says what is in the way', async () => {
    const mosaic = new Mosaic();
    mkdirSync(join(mosaic.home, 'folder'));
    const folder = await mosaic.backlog(['export', join(mosaic.home, 'folder'), '--json']);
    expect(JSON.parse(folder.stderr)).toMatchObject({ error: { message: expect.stringContaining('it is a folder') } });
    const nowhere = await mosaic.backlog(['export', '/no/such/place.jsonl', '--json']);
    expect(JSON.parse(nowhere.stderr)).toMatchObject({
      error: { message: expect.stringContaining('its folder does not exist') },
    });
  });
});

describe('a file to import', () => {
  it('that is not text in UTF-8 is refused and changes nothing', async () => {
    const mosaic = new Mosaic();
    writeFileSync(join(mosaic.home, 'bad.jsonl'), Buffer.from([0x7b, 0xff, 0xfe, 0x0a]));
    const answer = await mosaic.backlog(['import', join(mosaic.home, 'bad.jsonl'), '--json']);
    expect(answer.status).toBe(2);
    expect(JSON.parse(answer.stderr)).toMatchObject({
      error: { message: expect.stringContaining('not text in UTF-8') },
    });
  });

  it('may end its lines as Windows does, and hold other line breaks within them', async () => {
    const mosaic = new Mosaic();
    const stdin = '\ufeff{"id":"A1","title":"a\u2028b"}\r\n\r\n{"id":"A2","title":"c"}\r\n';
    expect(await mosaic.json(['import', '-'], { stdin })).toMatchObject({ created: ['A1', 'A2'] });
    expect(await mosaic.json(['show', 'A1'])).toMatchObject({ title: 'a\u2028b' });
  });
});
