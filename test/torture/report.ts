/** The counts of a run, in words; and whether it has tested anything at all. */
import { isReading } from './checker/call.ts';
import type { Round } from './round.ts';
import { addTo, noTorments, type Torments } from './tormentor.ts';

export class Counts {
  readonly torments: Torments = noTorments();
  readonly #asked = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  #rounds = 0;
  #acknowledged = 0;
  #unanswered = 0;
  #records = 0;
  #segments = 0;
  #sealedOffBytes = 0;
  #violations = 0;
  #checkSeconds = 0;

  add(round: Round): void {
    this.#rounds += 1;
    for (const { operation, outcome } of round.calls) {
      count(this.#asked, operation.op);
      if (outcome === null) this.#unanswered += 1;
      else if (outcome.kind === 'refused') count(this.#refused, outcome.code);
      else if (!isReading(operation)) this.#acknowledged += 1;
    }
    addTo(this.torments, round.torments);
    this.#records += round.records;
    this.#segments += round.segments;
    this.#sealedOffBytes += round.sealedOffBytes;
    this.#violations += round.violations.length;
    this.#checkSeconds += round.checkSeconds;
  }

  /** What the run would have to have seen, and has not: then it has tested nothing. */
  missing(): readonly string[] {
    const { killsOfHolders, longStopsOfHolders, takeoversOfStopped, takeoversOfKilled } = this.torments;
    return [
      ...(killsOfHolders === 0 ? ['No holder of the lock was killed.'] : []),
      ...(longStopsOfHolders === 0 ? ['No holder of the lock was stopped past the stale time.'] : []),
      ...(takeoversOfStopped === 0 ? ['The lock was never taken from a stopped holder.'] : []),
      ...(takeoversOfKilled === 0 ? ['The lock was never taken from a killed holder.'] : []),
    ];
  }

  text(): string {
    const t = this.torments;
    const operations = [...this.#asked.values()].reduce((sum, value) => sum + value, 0);
    const takeovers = t.takeoversOfStopped + t.takeoversOfKilled;
    return [
      `rounds            ${this.#rounds}`,
      `operations        ${operations}: ${listed(this.#asked)}`,
      `acknowledged      ${this.#acknowledged} changes and claims`,
      `refused           ${listed(this.#refused)}`,
      `never answered    ${this.#unanswered}`,
      `kills             ${t.kills}, of holders of the lock ${t.killsOfHolders}`,
      `stops             ${t.stops}, of holders of the lock ${t.stopsOfHolders}, of these just before the append ${t.stopsBeforeAppend}`,
      `past stale time   ${t.longStops}, of holders of the lock ${t.longStopsOfHolders}`,
      `takeovers         ${takeovers}: of stopped holders ${t.takeoversOfStopped}, of killed ones ${t.takeoversOfKilled}`,
      `journal           ${this.#records} records in ${this.#segments} segments, ${this.#sealedOffBytes} bytes sealed off`,
      `checked in        ${this.#checkSeconds.toFixed(1)} s`,
      `violations        ${this.#violations}`,
    ].join('\n');
  }
}

/** What is wrong, and where it lies. */
export function complaint({ violations, folder, seed }: Round): string {
  const shown = violations.slice(0, 5).map(({ text, story }) => (story === '' ? text : `${text}\n${story}`));
  return [`Seed ${seed}: ${violations.length} violations. The store and the logs are in ${folder}.`, ...shown].join(
    '\n\n',
  );
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function listed(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, value]) => `${name} ${value}`).join(', ') || 'none';
}
