/** What `doctor` or `verify` found: worst first, each with what was done about it or what to do. */
import type { DoctorReport, Finding } from '../../backlog/backlog.ts';
import type { RosterReport } from '../../fleet/roster/verify.ts';
import { printable } from './text/escape.ts';
import { proseColumns, type Paint, type Screen } from './text/screen.ts';
import { wrap } from './text/width.ts';

const SEVERITIES: readonly Finding['severity'][] = ['error', 'warning', 'info'];
const MARKS: Readonly<Record<Finding['severity'], string>> = { error: '✗', warning: '!', info: 'i' };

export function doctorPage(report: DoctorReport, screen: Screen): string {
  const archived = report.archived === 0 ? '' : `, ${report.archived} archived`;
  const cards = `${report.cards} ${report.cards === 1 ? 'card' : 'cards'}`;
  const changes = `${report.lastSeq} ${report.lastSeq === 1 ? 'change' : 'changes'}`;
  const facts = `${cards}${archived}, ${changes}, durability ${report.durability}`;
  return page(report, `${report.store}: ${facts}`, screen, {
    good: report.findings.length === 0 ? 'The backlog is healthy.' : 'The backlog is healthy again.',
    fair: 'The backlog works',
  });
}

export function rosterPage(report: RosterReport, screen: Screen): string {
  const agents = `${report.agents} ${report.agents === 1 ? 'agent' : 'agents'}`;
  return page(report, `${report.roster}: ${agents}`, screen, {
    good: 'The fleet can be started.',
    fair: 'The fleet can be started',
  });
}

export interface FleetReport extends Report {
  readonly mosaicHome: string;
  readonly agents: number;
}

export function fleetPage(report: FleetReport, screen: Screen): string {
  const agents = `${report.agents} ${report.agents === 1 ? 'agent' : 'agents'}`;
  return page(report, `${report.mosaicHome}: ${agents}`, screen, {
    good: 'The fleet is as it should be.',
    fair: 'The fleet works',
  });
}

interface Report {
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
}

interface Verdicts {
  readonly good: string;
  /** Begins a sentence that goes on with what is worth knowing. */
  readonly fair: string;
}

function page(report: Report, facts: string, screen: Screen, verdicts: Verdicts): string {
  const { paint } = screen;
  const blocks = SEVERITIES.flatMap((severity) =>
    report.findings.filter((finding) => finding.severity === severity).map((finding) => findingBlock(finding, screen)),
  );
  const words = verdictWords(report, verdicts);
  const verdict = [
    report.healthy ? paint.green(`✓ ${words}`) : paint.red(`✗ ${words}`),
    paint.dim(`  ${printable(facts)}`),
  ];
  return `${[...blocks, verdict].map((block) => block.join('\n')).join('\n\n')}\n`;
}

function verdictWords({ healthy, findings }: Report, { good, fair }: Verdicts): string {
  const open = findings.filter(({ fixed, severity }) => fixed === null && severity === 'error').length;
  if (!healthy) return open === 1 ? 'One error needs attention.' : `${open} errors need attention.`;
  const notes = findings.filter(({ fixed }) => fixed === null).length;
  if (notes === 0) return good;
  return `${fair}; ${notes === 1 ? 'one thing is' : `${notes} things are`} worth knowing.`;
}

function findingBlock(finding: Finding, screen: Screen): readonly string[] {
  const { paint } = screen;
  const subject = finding.subject === null ? '' : `${printable(finding.subject)}: `;
  const colour = colourOf(finding, paint);
  const lines = [
    ...marked(colour(finding.fixed === null ? MARKS[finding.severity] : '✓'), subject + finding.message, screen),
  ];
  if (finding.fixed !== null) lines.push(...marked(' ', `Fixed: ${finding.fixed}`, screen));
  // Not wrapped: a command in it must survive being copied.
  if (finding.hint !== null) lines.push(`${paint.dim(' →')} ${printable(finding.hint)}`);
  return lines;
}

function marked(mark: string, text: string, screen: Screen): readonly string[] {
  const [first = '', ...rest] = wrap(printable(text), proseColumns(screen) - 3);
  return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
}

function colourOf({ fixed, severity }: Finding, paint: Paint): (text: string) => string {
  if (fixed !== null) return paint.green;
  if (severity === 'error') return paint.red;
  return severity === 'warning' ? paint.yellow : paint.blue;
}
