/**
 * Brings a fleet up and down with the user's systemd. Whether it comes up again after a reboot is what was asked for last:
 * what was started does, what was stopped does not.
 */
import { MosaicError } from '../../errors.ts';
import type { Systemd, SystemdAnswer } from '../../host/systemd.ts';
import type { Tmux } from '../../host/tmux.ts';
import type { Agent } from '../roster/roster.ts';
import { foreignUse, stoppingPanes } from './stopping-panes.ts';
import type { Launch } from './launch.ts';
import { did, didByForce, SERVER, type Step } from './steps.ts';
import type { Transport } from './transport.ts';
import { FORCED_STATUS, HOLDER_UNIT, unitOf } from './units.ts';

export function bySystemd(systemd: Systemd, tmux: Tmux, launch: Launch): Transport {
  return {
    kind: 'systemd',
    starting: (agents) => [startingHolder(systemd), ...agents.map((agent) => starting(systemd, agent))],
    stopping: (names) => stopping(systemd, tmux, launch, names),
    stoppingServer: () => [stoppingHolder(systemd, tmux)],
    givenUpOn: (name) => givenUpOn(systemd, name),
    whereToLook: (name) => `systemctl --user status ${unitOf(name)}`,
    remembering: (names, isWanted) => remembering(systemd, names, isWanted),
  };
}

/** @throws MosaicError SYSTEMD_FAILED */
export function agreed<T>(answer: SystemdAnswer<T>): T {
  switch (answer.kind) {
    case 'answer':
      return answer.value;
    case 'missing':
      throw new MosaicError({
        code: 'SYSTEMD_FAILED',
        message: 'systemctl is not there, though units of this fleet are installed.',
        hint: 'To run the fleet in tmux alone, take the units away with: mosaic fleet install-systemd --uninstall',
      });
    case 'unknown':
      throw new MosaicError({
        code: 'SYSTEMD_FAILED',
        message: `The user's systemd does not answer, so nothing is known of its units: ${answer.reason}`,
        hint: 'Over ssh or su it needs XDG_RUNTIME_DIR, usually /run/user/$(id -u); look with: systemctl --user status',
      });
    case 'refused':
      throw new MosaicError({
        code: 'SYSTEMD_FAILED',
        message: `${answer.reason.replace(/\.*$/, '')}.`,
        hint: 'See why with: journalctl --user -n 20',
      });
  }
}

function startingHolder(systemd: Systemd): Step {
  return {
    name: `start the ${SERVER}`,
    subject: SERVER,
    async run() {
      await startNow(systemd, HOLDER_UNIT);
      return null;
    },
  };
}

function starting(systemd: Systemd, { name }: Agent): Step {
  const unit = unitOf(name);
  return {
    name: `start ${name}`,
    subject: name,
    async run() {
      const [before] = agreed(await systemd.show(unit));
      if (before?.active === 'active') return did(name, 'already-running');
      await startNow(systemd, unit);
      return did(name, 'started');
    },
  };
}

/**
 * Systemd starts a unit so many times and no more, also when it is asked to by hand. Whoever does that is no loop, so the
 * count begins anew; of a unit that was not started before there is none, and then it says so.
 */
async function startNow(systemd: Systemd, unit: string): Promise<void> {
  await systemd.resetFailed(unit);
  agreed(await systemd.start(unit));
}

/**
 * In one call, so that they take their time together. Then the panes are looked at: those that no unit keeps are cleared,
 * too.
 */
function stopping(systemd: Systemd, tmux: Tmux, launch: Launch, names: readonly string[]): readonly Step[] {
  if (names.length === 0) return [];
  const units = names.map(unitOf);
  let areUnitsStopped = false;
  const wasOn = new Set<string>();
  const forced = new Set<string>();
  const subject = names.join(', ');
  const stoppingUnits: Step = {
    name: `stop ${subject}`,
    subject,
    async run() {
      for (const { id, active } of agreed(await systemd.show(...units))) {
        if (active !== 'inactive' && active !== 'failed') wasOn.add(id);
      }
      agreed(await systemd.stop(...units));
      areUnitsStopped = true;
      for (const { id, exitStatus } of agreed(await systemd.show(...units))) {
        if (exitStatus === FORCED_STATUS) forced.add(id);
      }
      return null;
    },
  };
  const clearing = stoppingPanes(tmux, launch, names, 'systemd').map((step): Step => ({
    ...step,
    async run(lost) {
      // Their keepers would start them again.
      if (!areUnitsStopped) return null;
      const result = await step.run(lost);
      const unit = unitOf(step.subject);
      if (result?.deed !== 'not-running' || !wasOn.has(unit)) return result;
      return forced.has(unit) ? didByForce(step.subject) : did(step.subject, 'stopped');
    },
  }));
  return [stoppingUnits, ...clearing];
}

function stoppingHolder(systemd: Systemd, tmux: Tmux): Step {
  return {
    name: `stop the ${SERVER}`,
    subject: SERVER,
    async run() {
      const [before] = agreed(await systemd.show(HOLDER_UNIT));
      const inUse = await foreignUse(tmux, 'systemd');
      if (inUse !== null) return inUse;
      agreed(await systemd.stop(HOLDER_UNIT));
      return did(SERVER, before?.active === 'inactive' ? 'not-running' : 'stopped');
    },
  };
}

async function givenUpOn(systemd: Systemd, name: string): Promise<string | null> {
  const answer = await systemd.show(unitOf(name));
  const unit = answer.kind === 'answer' ? answer.value[0] : undefined;
  return unit?.active === 'failed' ? `its unit has failed (${unit.result})` : null;
}

function remembering(systemd: Systemd, names: readonly string[], isWanted: 'wanted' | 'not-wanted'): Step | null {
  if (names.length === 0) return null;
  const units = names.map(unitOf);
  return {
    name: isWanted === 'wanted' ? 'start them at login from now on' : 'start them at login no longer',
    subject: names.join(', '),
    async run() {
      agreed(await (isWanted === 'wanted' ? systemd.enable(...units) : systemd.disable(...units)));
      return null;
    },
  };
}
