/** `demo`: several workers, real processes, drain a backlog in a home of its own. One is killed; nothing is lost. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backlog, BacklogStats, Change } from '../../backlog/backlog.ts';
import { commandLine } from '../../backlog/sentences.ts';
import { MosaicError } from '../../errors.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, FAILED, INTERRUPTED } from '../exit-status.ts';
import { section } from '../print/card-page.ts';
import { statsPage } from '../print/stats-page.ts';
import type { Screen } from '../print/text/screen.ts';
import { wrap } from '../print/text/width.ts';
import { Crew } from './crew.ts';
import { planLines } from './plan.ts';
import { takeoversIn, takeoverSentence, type Takeover } from './takeover.ts';
import { DemoView } from './view.ts';

const OWNERS: readonly string[] = ['worker-1', 'worker-2', 'worker-3', 'worker-4'];
const VICTIM = 'worker-3';
const VICTIMS_LAST_CARD = 3;
/** Long enough to be seen at work on the card, and shorter than its claim. */
const KILL_AFTER_MS = 500;

interface DemoResult {
  readonly home: string;
  readonly seconds: number;
  readonly stats: BacklogStats;
  readonly takeovers: readonly Takeover[];
  /** Stopped by Ctrl-C before it was over. */
  readonly interrupted: boolean;
}

export const command: RunnableCommand = defineCommand({
  options: {},
  details:
    'Imports a plan of about 60 cards into a fresh temporary home and starts four workers on it. One of them is killed in ' +
    'the middle of a card, and another takes the card over. Takes about fifteen seconds and leaves your own backlog alone.',
  examples: ['demo'],
  async run(context) {
    const startedMs = performance.now();
    const home = await mkdtemp(join(tmpdir(), 'mosaic-demo-'));
    const backlog = await context.openAt(home);
    try {
      await bringPlan(context, backlog, home);
      await drain(context, backlog, home);
      const stats = await backlog.stats();
      const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
      const takeovers = takeoversIn(await backlog.history());
      const interrupted = context.interrupts().aborted;
      const result = { home, seconds, stats, takeovers, interrupted };
      await context.output.answer(result, (screen) => closingPage(result, screen));
      if (interrupted) return INTERRUPTED;
      return stats.byStatus.done === stats.total ? DONE : FAILED;
    } finally {
      await backlog.close();
    }
  },
});

async function bringPlan({ output }: Context, backlog: Backlog, home: string): Promise<void> {
  const lines = planLines();
  await writeFile(join(home, 'plan.jsonl'), `${lines.join('\n')}\n`);
  const { created } = await backlog.import({ lines });
  if (output.asJson) return;
  await output.write(
    `${output.screen.paint.bold(`${created.length} cards`)}, ${OWNERS.length} workers, one home: ${home}\n` +
      `Each worker is a process of its own, and ${VICTIM} will not live long.\n\n`,
  );
}

/** Follows the changes until every worker has ended, and kills the one that is to be killed. */
async function drain(context: Context, backlog: Backlog, home: string): Promise<void> {
  const { output } = context;
  const { cards } = await backlog.list();
  const titles = new Map(cards.map(({ id, title }) => [id, title]));
  const view = new DemoView(output.asJson ? () => undefined : (text) => output.drawAnswer(text), output.screen, titles);
  const crew = new Crew({
    owners: OWNERS,
    mosaicHome: home,
    path: context.path.slice(1),
    victim: VICTIM,
    stallAt: VICTIMS_LAST_CARD,
  });
  const over = new AbortController();
  const stop = (): void => crew.stop();
  context.interrupts().addEventListener('abort', stop);
  view.start(OWNERS);
  const watching = follow(backlog, over.signal, (change, claims) => {
    view.change(change);
    if (claims !== VICTIMS_LAST_CARD) return;
    setTimeout(() => {
      crew.kill(VICTIM);
      view.event(VICTIM, `was killed in the middle of ${change.id}`);
    }, KILL_AFTER_MS);
  });
  await crew.ended();
  over.abort();
  await watching;
  view.end();
}

/** `claims` is how many cards the victim has taken when this change is its taking one, and 0 otherwise. */
async function follow(
  backlog: Backlog,
  signal: AbortSignal,
  seen: (change: Change, claims: number) => void,
): Promise<void> {
  let claims = 0;
  try {
    for await (const change of backlog.watch({ since: 0, signal })) {
      const isVictims = change.kind === 'claimed' && change.by === VICTIM;
      if (isVictims) claims += 1;
      seen(change, isVictims ? claims : 0);
    }
  } catch (error) {
    // Watching shows the demo and does not make it.
    if (!(error instanceof MosaicError)) throw error;
  }
}

/** In a clone nothing is installed, and the lines after this one would not find the program. */
function aliasLine(): readonly string[] {
  const [, program = ''] = process.argv;
  return program.endsWith('.js') ? [`alias mosaic='node ${program}'`] : [];
}

function closingPage({ home, seconds, stats, takeovers, interrupted }: DemoResult, screen: Screen): string {
  const { paint } = screen;
  const lookAround = [
    ...aliasLine(),
    `export MOSAIC_HOME=${home}`,
    commandLine('list', '--phase', 'release', '--tree'),
    commandLine('show', takeovers[0]?.id ?? 'L7'),
    commandLine('history', takeovers[0]?.id ?? 'L7'),
    commandLine('doctor'),
  ];
  const told = takeovers.map((takeover) => wrap(takeoverSentence(takeover), 78).join('\n'));
  return [
    `\n${paint.bold(`${interrupted ? 'Stopped' : 'All over'} after ${seconds} s.`)}\n`,
    statsPage(stats, screen).trimEnd(),
    ...(told.length === 0
      ? []
      : [
          `\n${section(
            'The takeover',
            told.flatMap((text) => text.split('\n')),
            screen,
          ).join('\n')}`,
        ]),
    `\n${section('Look around with the same commands', lookAround, screen).join('\n')}\n`,
  ].join('\n');
}
