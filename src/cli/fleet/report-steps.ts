/** Says how starting or stopping went, and with which status that ends. */
import type { StepResult } from '../../fleet/life/steps.ts';
import type { Context } from '../context.ts';
import { DONE, type ExitStatus, FAILED } from '../exit-status.ts';
import { stepLines } from '../print/step-lines.ts';

export async function reportSteps({ output }: Context, results: readonly StepResult[]): Promise<ExitStatus> {
  if (results.length === 0) await output.hint('The roster has no agents: mosaic fleet add coder0 --runtime claude');
  await output.answer({ results }, (screen) => stepLines(results, screen));
  return results.some(({ deed }) => deed === 'failed') ? FAILED : DONE;
}
