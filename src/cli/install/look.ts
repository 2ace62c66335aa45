/** `__installed`: says what is there, what is missing, and what this package would change, for `install.sh --check`. */
import { mosaicHomeOf } from '../../backlog/open.ts';
import { findProgram } from '../../host/look-around.ts';
import { frameworkPlan } from '../../install/framework.ts';
import { isProgramInPlace, originIn } from '../../install/program.ts';
import { currentVersion } from '../../install/versions.ts';
import { withTroubleTold } from '../../install/trouble.ts';
import { defineCommand, type RunnableCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { DONE, FAILED } from '../exit-status.ts';
import { findingLines, type InstallationFinding } from './lines.ts';
import { isOnPath, MODE_OPTION, ownPackage, PLACE_OPTIONS, placesOf, type PlaceValues } from './surroundings.ts';

export const command: RunnableCommand = defineCommand({
  options: { ...PLACE_OPTIONS, mode: MODE_OPTION },
  examples: ['__installed --prefix ~/.npm-global'],
  async run(context, { mode, ...where }) {
    return withTroubleTold(async () => {
      const findings = [...ofInstallation(context, where, mode === 'keep'), ...(await ofMachine(context, where))];
      await context.output.answer(findings, (screen) => findingLines(findings, screen).join(''));
      return findings.some(({ level }) => level === 'to-do') ? FAILED : DONE;
    });
  },
});

function ofInstallation(context: Context, where: PlaceValues, keeps: boolean): readonly InstallationFinding[] {
  const { program, framework } = placesOf(context, where);
  const wanted = ownPackage();
  const findings: InstallationFinding[] = [];
  if (program !== null) {
    const current = currentVersion(program);
    const origin = originIn(program);
    if (current !== null && origin !== null && isProgramInPlace(program, wanted, origin)) {
      findings.push({
        level: 'good',
        text: `The program ${current} is installed under ${program.prefix}, and up to date.`,
      });
    } else {
      const now = current === null ? 'is not installed' : `is installed as ${current}`;
      findings.push({
        level: 'to-do',
        text: `The program ${now} under ${program.prefix}; this would install ${wanted.name}.`,
      });
    }
  }
  if (framework !== null) {
    const steps = frameworkPlan(framework, wanted, () => 'keep');
    const pending = steps.filter(({ kind }) => kind === 'write' || kind === 'remove');
    const changed = steps.filter(({ kind }) => kind === 'keep-changed');
    findings.push(
      pending.length === 0
        ? { level: 'good', text: `The framework in ${framework.home} is up to date.` }
        : {
            level: 'to-do',
            text: `The framework in ${framework.home} is not up to date: ${pending.map(({ path }) => path).join(', ')}.`,
          },
      ...changed.map(({ path }): InstallationFinding =>
        keeps
          ? { level: 'note', text: `You have changed ${path}, and it stays.` }
          : { level: 'to-do', text: `You have changed ${path}; this would replace it, and keep a copy of yours.` },
      ),
    );
  }
  return findings;
}

async function ofMachine(context: Context, where: PlaceValues): Promise<readonly InstallationFinding[]> {
  const { program } = placesOf(context, where);
  const home = mosaicHomeOf(context.mosaicHome);
  const tmux = await findProgram('tmux', home, context.env['PATH'] ?? '');
  const findings: InstallationFinding[] = [
    { level: 'good', text: `Node ${process.versions.node} is new enough.` },
    tmux === null
      ? { level: 'note', text: 'tmux is not installed: the backlog needs none, a fleet of agents does.' }
      : { level: 'good', text: `tmux, which a fleet of agents needs, is ${tmux}.` },
    { level: 'good', text: `The home is ${home}.` },
  ];
  if (program === null) return findings;
  return isOnPath(context, program.bin)
    ? [...findings, { level: 'good', text: `${program.bin} is on your PATH.` }]
    : [...findings, { level: 'note', text: `${program.bin} is not on your PATH.` }];
}
