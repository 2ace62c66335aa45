/** `doctor`: is everything as it should be? */
import { defineCommand, type RunnableCommand } from '../command.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { ProgressBar } from '../output/progress.ts';
import { flag } from '../parse/option.ts';
import { doctorPage } from '../print/findings.ts';

export const command: RunnableCommand = defineCommand({
  options: { fix: flag('--fix', 'repair what is safe to repair') },
  details: 'Exits with 1 when an error is left. --fix never deletes the only copy of a card.',
  examples: ['doctor', 'doctor --fix'],
  async run({ backlog, output }, options) {
    const bar = new ProgressBar(
      (text) => output.draw(text),
      output.errorScreen,
      () => performance.now(),
    );
    const store = await backlog();
    const report = await store.doctor({ ...options, onProgress: bar.report }).finally(() => bar.clear());
    await output.answer(report, (screen) => doctorPage(report, screen));
    return report.healthy ? DONE : FAILED;
  },
});
