/** An update goes on under the feet of those who work: none of them fails, and every card is done once. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Answer, outputHolds } from '../cli/mosaic.ts';
import { becomes } from '../fleet/worker-run.ts';
import { ended, Installation } from './installation.ts';
import { isThere } from './listing.ts';
import { packageWith } from './packages.ts';

const CARDS = 120;
const LOOPS = 4;
const WORKERS = 4;

/** A worker as a shell writes it: each card takes two commands, each of which starts the program anew. */
const LOOP = `
while :; do
  card=$("$0" fleet backlog claim --owner "$1" --exit-code --json)
  case $? in 0) ;; 3) exit 0 ;; *) exit 1 ;; esac
  id=\${card#*'"id":"'}
  "$0" fleet backlog complete "\${id%%'"'*}" --owner "$1" > /dev/null || exit 1
done`;

function packageOf(version: string): string {
  return packageWith({ version, framework: { 'guides/a.md': `of ${version}\n` } });
}

const a = packageOf('0.1.0');
const b = packageOf('0.2.0');
const c = packageOf('0.3.0');

it('eight workers drain a backlog while one version after the other is installed', { timeout: 120_000 }, async () => {
  const installation = new Installation();
  await installation.ok(a);
  await installation.mosaic.stock(
    ...Array.from({ length: CARDS }, (_, index) => ({ op: 'create' as const, id: `c${index}`, title: 'A card' })),
  );
  const loops = Array.from({ length: LOOPS }, (_, index) =>
    ended(installation.startWith(['sh', '-c', LOOP, installation.program, `loop${index}`])),
  );
  const workers = Array.from({ length: WORKERS }, (_, index) =>
    ended(installation.startProgram(['fleet', 'work', '--owner', `worker${index}`, '--idle-exit', '1', '--', 'true'])),
  );
  const drained = Promise.all([...loops, ...workers]);
  const seen: string[] = [];
  for (let update = 0; update === 0 || !(await isDrained(installation)); update += 1) {
    await installation.ok([b, c, a][update % 3] ?? a);
    seen.push(await installation.version());
  }
  // Otherwise there were too few cards to say anything.
  expect(seen.slice(0, 4)).toEqual(['0.2.0', '0.3.0', '0.1.0', '0.2.0']);

  for (const { status, stderr } of await drained)
    expect({ status, errors: errorsIn(stderr) }).toEqual({ status: 0, errors: [] });
  const changes: unknown = await installation.json('backlog', 'history');
  const kinds = (Array.isArray(changes) ? changes : []).map(
    ({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`,
  );
  const once = Array.from({ length: CARDS }, (_, index) =>
    ['claimed', 'completed', 'created'].map((kind) => `${kind} c${index}`),
  );
  expect(kinds.toSorted()).toEqual(once.flat().toSorted());
  expect(await installation.json('backlog', 'doctor')).toMatchObject({ healthy: true, findings: [] });
});

async function isDrained(installation: Installation): Promise<boolean> {
  const stats = await installation.json('backlog', 'stats');
  return JSON.stringify(stats).includes(`"done":${CARDS}`);
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
