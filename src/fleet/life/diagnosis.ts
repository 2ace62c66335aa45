/** What is wrong with a fleet that is up, or should be; each with what to do about it. Pure. */
import type { Finding } from '../../backlog/backlog.ts';
import type { RestartLockSeen } from '../restart/read-restart-lock.ts';
import type { AgentStatus, FleetStatus, OtherWorker } from './status.ts';

export interface FleetFacts {
  readonly status: FleetStatus;
  readonly lock: RestartLockSeen | null;
  /** Null where the fleet has no units. */
  readonly systemd: SystemdFacts | null;
}

export interface SystemdFacts {
  /** Whether the unit files are as they would be written now; and why that cannot be told. */
  readonly units: 'up-to-date' | 'old' | { readonly unknownBecause: string; readonly hint: string | null };
  /** Why the user's manager does not answer; null when it does. */
  readonly unreachable: string | null;
  /** Null where that is not known. */
  readonly isLingering: boolean | null;
  /** As `systemctl --version` begins: `systemd 255 (255.4-1ubuntu8)`; null where it was not to be had. */
  readonly version: string | null;
  readonly user: string;
}

export function diagnose({ status, lock, systemd }: FleetFacts): readonly Finding[] {
  return [
    ...serverFindings(status),
    ...status.agents.flatMap((agent) => [...agentFindings(agent), ...rosterFindings(agent)]),
    ...status.others.flatMap(otherFindings),
    ...lockFindings(lock),
    ...(systemd === null ? [] : systemdFindings(systemd)),
  ];
}

function finding(
  code: string,
  severity: Finding['severity'],
  subject: string | null,
  message: string,
  hint: string | null,
): Finding {
  return { code, severity, subject, message, fixed: null, hint };
}

function serverFindings({ server, reason }: FleetStatus): readonly Finding[] {
  if (server !== 'unknown') return [];
  const message = `tmux does not answer, so nothing is known of the agents; they may well be at work. ${reason ?? ''}`;
  return [
    finding('tmux-unknown', 'error', null, message.trim(), 'Look whether its process is stopped: pgrep -af tmux'),
  ];
}

function agentFindings(agent: AgentStatus): readonly Finding[] {
  const { name, state, lastBeatAt, exitStatus, exitSignal } = agent;
  switch (state) {
    case 'failed': {
      const how = exitSignal === null ? `status ${exitStatus ?? 'unknown'}` : `signal ${exitSignal}`;
      const message = `It has died, with ${how}.`;
      const hint = `See its last words with: mosaic fleet agent logs ${name}; start it again with: mosaic fleet start ${name}`;
      return [finding('agent-failed', 'error', name, message, hint)];
    }
    case 'silent': {
      const message = `Its heartbeat has stopped at ${lastBeatAt ?? 'some time'}, though its process is there: it is stopped, or hangs.`;
      const hint = `mosaic fleet restart ${name}; its card comes back by itself when the claim is over.`;
      return [finding('agent-silent', 'error', name, message, hint)];
    }
    case 'stray': {
      const message = 'In its pane runs something else, a shell perhaps; the agent does not.';
      return [
        finding(
          'agent-stray',
          'error',
          name,
          message,
          `Look at it with: mosaic fleet agent attach ${name}; a restart of ${name} ends what runs there.`,
        ),
      ];
    }
    case 'paused': {
      const message =
        'It takes no card for a while: its command fails at once, again and again, or the disk is in the way. It tries ' +
        'again by itself, more and more slowly.';
      return [finding('agent-paused', 'warning', name, message, `See why with: mosaic fleet agent logs ${name}`)];
    }
    default:
      return stoppedWithCards(agent);
  }
}

function rosterFindings({ name, isInRoster }: AgentStatus): readonly Finding[] {
  if (isInRoster) return [];
  const message = 'It runs, and is not in the roster any more.';
  return [finding('agent-not-listed', 'warning', name, message, `If it is not wanted: mosaic fleet stop ${name}`)];
}

function stoppedWithCards({ name, state, cards }: AgentStatus): readonly Finding[] {
  if (state === 'ended' && cards.length === 0) {
    const message = 'It has ended as if its work was done, and is not started again by itself.';
    return [finding('agent-ended', 'info', name, message, `mosaic fleet start ${name}`)];
  }
  if ((state !== 'stopped' && state !== 'ended') || cards.length === 0) return [];
  const message = `It does not run, and cards are claimed in its name: ${cards.map(({ id }) => id).join(', ')}.`;
  const hint =
    'They come back when their claims are over; at once, where the owner is proven dead, with: mosaic fleet backlog reclaim --dead';
  return [finding('agent-left-cards', 'warning', name, message, hint)];
}

function otherFindings({ owner, pid, pulse, lastBeatAt, cards }: OtherWorker): readonly Finding[] {
  if (pulse === 'beating') return [];
  if (pulse === 'silent') {
    const message = `The heartbeat of its process ${pid} has stopped at ${lastBeatAt}.`;
    const hint = 'Look on its machine what it does; its cards come back by themselves when their claims are over.';
    return [finding('worker-silent', 'warning', owner, message, hint)];
  }
  if (cards.length === 0) return [];
  const message = `Its process ${pid} is dead, and cards are claimed in its name: ${cards.map(({ id }) => id).join(', ')}.`;
  return [
    finding('worker-dead', 'warning', owner, message, 'Take them back with: mosaic fleet backlog reclaim --dead'),
  ];
}

function lockFindings(lock: RestartLockSeen | null): readonly Finding[] {
  if (lock === null) return [];
  const hint = 'Nothing needs to be done: the next restart takes over.';
  if (lock.kind === 'unreadable') {
    return [finding('restart-lock-unreadable', 'warning', null, 'The lock of restarts cannot be read.', hint)];
  }
  if (lock.liveness !== 'dead') return [];
  const message = `A restart died in the middle (process ${lock.pid}): agents may be down that should be up.`;
  return [finding('restart-died', 'warning', null, message, 'Bring up what is down with: mosaic fleet start')];
}

function systemdFindings(facts: SystemdFacts): readonly Finding[] {
  const { units, unreachable, isLingering, version, user } = facts;
  const findings: Finding[] = [];
  if (unreachable !== null) {
    const message = `The units of the fleet are installed, but the user's systemd does not answer: ${unreachable}`;
    const hint = 'Over ssh or su it needs XDG_RUNTIME_DIR, usually /run/user/$(id -u).';
    findings.push(finding('systemd-unreachable', 'error', null, message, hint));
  }
  if (units === 'old') {
    const message =
      'The unit files are not as they would be written now: the program has changed since, or a template.';
    findings.push(finding('units-old', 'warning', null, message, 'Write them anew with: mosaic fleet install-systemd'));
  } else if (units !== 'up-to-date') {
    findings.push(finding('units-unknown', 'warning', null, units.unknownBecause, units.hint));
  }
  if (isLingering === false) {
    const message =
      'Lingering is off: when you log out, systemd ends the fleet, and after a reboot it comes up only when you log in.';
    findings.push(finding('linger-off', 'warning', null, message, `loginctl enable-linger ${user}`));
  }
  if (version !== null && endsLingeringUsers(version)) {
    const message = `${version} may end a user's services at the last logout although lingering is on (systemd issue 43361).`;
    const hint = 'Update systemd to 256.3 or newer; until then keep one session open, or run the fleet in tmux alone.';
    findings.push(finding('linger-broken', 'warning', null, message, hint));
  }
  return findings;
}

/** logind of systemd 255, and of 256 before 256.3, collects a lingering user once the last session is closed. */
function endsLingeringUsers(version: string): boolean {
  const match = /^systemd (\d+)(?: \(\d+\.(\d+))?/.exec(version);
  if (match === null) return false;
  const [, major = '', minor = '0'] = match;
  return major === '255' || (major === '256' && Number(minor) < 3);
}
