/** An update goes on under the feet of those who work: none of them fails, and every card is done once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Answer, outputHolds } from '../cli/mosaic.ts';
import { becomes } from '../fleet/worker-run.ts';
import { ended, Installation } from './installation.ts';
import { isThere } from './listing.ts';
import { packageWith } from './packages.ts';

const UPDATES = ['0.2.0', '0.3.0', '0.1.0', '0.2.0'];
/** So many come with each update, so that it always meets somebody at work. */
const CARDS_PER_UPDATE = 40;
const LOOPS = 4;
const WORKERS = 4;

/** A worker as a shell writes it: each card takes two commands, each of which starts the program anew. */
const LOOP = `
while :; do
  card=$("$0" fleet backlog claim --owner "$1" --exit-code --json)
  case $? in 0) ;; 3) [ -e "$2" ] && exit 0; continue ;; *) exit 1 ;; esac
  id=\${card#*'"id":"'}
  "$0" fleet backlog complete "\${id%%'"'*}" --owner "$1" > /dev/null || exit 1
done`;

function packageOf(version: string): string {
  return packageWith({ version, framework: { 'guides/a.md': `of ${version}\n` } });
}

const a = packageOf('0.1.0');
const b = packageOf('0.2.0');
const c = packageOf('0.3.0');
const packages = new Map([a, b, c].map((source, index) => [`0.${index + 1}.0`, source]));

it('eight workers drain a backlog while one version after the other is installed', { timeout: 120_000 }, async () => {
  const installation = new Installation();
  await installation.ok(a);
  const goHome = join(installation.temporary, 'go-home');
  const loops = Array.from({ length: LOOPS }, (_, index) =>
    ended(installation.startWith(['sh', '-c', LOOP, installation.program, `loop${index}`, goHome])),
  );
  const workers = Array.from({ length: WORKERS }, (_, index) =>
    installation.startProgram(['fleet', 'work', '--owner', `worker${index}`, '--', 'true']),
  );
  const atWork = Promise.all([...loops, ...workers.map((worker) => ended(worker))]);
  const ids: string[] = [];
  for (const version of UPDATES) {
    const more = Array.from({ length: CARDS_PER_UPDATE }, (_, index) => `c${ids.length + index}`);
    await installation.mosaic.stock(...more.map((id) => ({ op: 'create' as const, id, title: 'A card' })));
    ids.push(...more);
    await installation.ok(packages.get(version) ?? '');
    expect(await installation.version()).toBe(version);
  }
  await becomes(() => isDrained(installation, ids.length));
  writeFileSync(goHome, '');
  for (const worker of workers) worker.kill('SIGTERM');

  const ends = (await atWork).map(({ status, stderr }) => ({ status, errors: errorsIn(stderr) }));
  const went = (status: number, count: number): typeof ends =>
    Array.from({ length: count }, () => ({ status, errors: [] }));
  expect(ends).toEqual([...went(0, LOOPS), ...went(130, WORKERS)]);
  const changes: unknown = await installation.json('backlog', 'history');
  const kinds = (Array.isArray(changes) ? changes : []).map(
    ({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`,
  );
  const once = ids.map((id) => ['claimed', 'completed', 'created'].map((kind) => `${kind} ${id}`));
  expect(kinds.toSorted()).toEqual(once.flat().toSorted());
  expect(await installation.json('backlog', 'doctor')).toMatchObject({ healthy: true, findings: [] });
});

async function isDrained(installation: Installation, cards: number): Promise<boolean> {
  const stats = await installation.json('backlog', 'stats');
  return JSON.stringify(stats).includes(`"done":${cards}`);
}

/** What a worker tells of its cards is no error. */
function errorsIn(stderr: string): readonly string[] {
  return stderr.split('\n').filter((line) => line !== '' && !/^[◐✓] /.test(line));
}

it('a worker whose version is long gone ends its card, takes the next, and stops when it is told to', async () => {
  const installation = new Installation();
  await installation.ok(a);
  await installation.mosaic.stock(
    { op: 'create', id: 'A', title: 'Begun before', priority: 2 },
    { op: 'create', id: 'B', title: 'Begun after', priority: 1 },
    { op: 'create', id: 'C', title: 'Handed back' },
  );
  const [begun, goOn] = [join(installation.temporary, 'begun'), join(installation.temporary, 'go-on')];
  const script =
    'touch "$0-$MOSAIC_CARD_ID"; while [ ! -e "$1-$MOSAIC_CARD_ID" ]; do sleep 0.05; done; echo \'{"ok":true}\'';
  const worker = installation.startProgram(['fleet', 'work', '--owner', 'w', '--', 'sh', '-c', script, begun, goOn]);
  const over: Promise<Answer> = ended(worker);
  await becomes(() => isThere(`${begun}-A`));
  for (const source of [b, c, a, c, b]) await installation.ok(source);
  for (const id of ['A', 'B']) {
    writeFileSync(`${goOn}-${id}`, '');
    await becomes(() => isThere(`${begun}-${id === 'A' ? 'B' : 'C'}`));
    expect(await installation.json('backlog', 'show', id)).toMatchObject({
      ...{ status: 'done', attempts: 1, result: { ok: true } },
    });
  }
  worker.kill('SIGTERM');
  expect(errorsIn((await over).stderr).join('\n')).not.toMatch(/error|cannot find|ENOENT/i);
  expect(await installation.json('backlog', 'show', 'C')).toMatchObject({ status: 'ready' });
});

it('somebody who looks on sees what happens after an update, too', async () => {
  const installation = new Installation();
  await installation.ok(a);
  await installation.mosaic.create('A');
  const watching = installation.startProgram(['fleet', 'backlog', 'watch', '--since', '0', '--json']);
  await outputHolds(watching, '"A"');
  const seen = outputHolds(watching, '"B"');
  for (const source of [b, c, a, b]) await installation.ok(source);
  await installation.json('backlog', 'create', 'B', '--title', 'After the update');
  await seen;
  const over = ended(watching);
  watching.kill('SIGINT');
  await over;
});
