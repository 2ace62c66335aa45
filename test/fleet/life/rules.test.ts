/** What an agent is at, what is wrong with a fleet, and what its units say: rules, without a fleet. */
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../src/fleet/framework/template.ts';
import { type AgentState, type Seen, stateOf } from '../../../src/fleet/life/agent-state.ts';
import { diagnose, type FleetFacts, type SystemdFacts } from '../../../src/fleet/life/diagnosis.ts';
import type { AgentStatus } from '../../../src/fleet/life/status.ts';
import { AGENT_TEMPLATE, homeOfUnit, unitFiles } from '../../../src/fleet/life/units.ts';
import { newFolder } from '../../cli/mosaic.ts';

const SINCE = '2026-01-31T09:30:00.000Z';
const LIVE = { isDead: false, deadStatus: null, isAgent: true } as const;
const WAITING = { pulse: 'beating', doing: { kind: 'waiting', since: SINCE } } as const;

describe('what an agent is at', () => {
  const cases: readonly (readonly [what: string, seen: Partial<Seen>, state: AgentState])[] = [
    ['nothing runs', { pane: null }, 'stopped'],
    [
      'tmux does not answer, whatever a unit or a heartbeat says',
      { pane: 'unknown', unit: 'active', heart: WAITING },
      'unknown',
    ],
    ['its unit has failed', { pane: null, unit: 'failed' }, 'failed'],
    ['its unit is about to start it again', { pane: null, unit: 'activating' }, 'starting'],
    ['its process ended with 0', { pane: { ...LIVE, isDead: true, deadStatus: 0 } }, 'ended'],
    ['its process ended with 1', { pane: { ...LIVE, isDead: true, deadStatus: 1 } }, 'failed'],
    ['its process was killed', { pane: { ...LIVE, isDead: true } }, 'failed'],
    ['it has not said a word yet', { pane: LIVE }, 'starting'],
    ['a shell was left in its pane', { pane: { ...LIVE, isAgent: false } }, 'stray'],
    ['it waits', { pane: LIVE, heart: WAITING }, 'waiting'],
    [
      'it has a card',
      {
        pane: LIVE,
        heart: { pulse: 'beating', doing: { kind: 'working', since: SINCE, id: 'A', attempt: 1, group: 7 } },
        claims: 1,
      },
      'working',
    ],
    ['it beats no more', { pane: LIVE, heart: { ...WAITING, pulse: 'silent' } }, 'silent'],
    ['it is a zombie', { pane: LIVE, heart: { ...WAITING, pulse: 'dead' } }, 'failed'],
    [
      'it slows down',
      { pane: LIVE, heart: { pulse: 'beating', doing: { kind: 'paused', since: SINCE, until: SINCE } } },
      'paused',
    ],
    [
      'a session has no card',
      { pane: LIVE, heart: { pulse: 'beating', doing: { kind: 'running', since: SINCE } } },
      'running',
    ],
    [
      'a session has a card',
      { pane: LIVE, heart: { pulse: 'beating', doing: { kind: 'running', since: SINCE } }, claims: 1 },
      'working',
    ],
  ];
  it.each(cases)('when %s', (_, seen, state) => {
    expect(stateOf({ pane: null, unit: null, heart: null, claims: 0, ...seen })).toBe(state);
  });
});

const AGENT: AgentStatus = {
  ...{
    name: 'coder0',
    isInRoster: true,
    state: 'waiting',
    pane: '%1',
    pid: 7,
    cards: [],
    since: SINCE,
    lastBeatAt: SINCE,
    restarts: 0,
  },
  ...{ exitStatus: null, exitSignal: null, pausedUntil: null },
};
const CARD = { id: 'A', title: 'A', attempt: 1, claimedAt: SINCE, expiresAt: SINCE };
const SYSTEMD: SystemdFacts = {
  ...{
    units: 'up-to-date',
    unreachable: null,
    isLingering: true,
    version: 'systemd 252 (252.38-1~deb12u1)',
    user: 'ann',
  },
};

function facts(
  agent: Partial<AgentStatus>,
  more: Partial<FleetFacts> = {},
  others: FleetFacts['status']['others'] = [],
): FleetFacts {
  return {
    status: {
      ...{ at: SINCE, startedBy: 'tmux', server: 'running', reason: null, restart: null },
      ...{ agents: [{ ...AGENT, ...agent }], others },
    },
    ...{ lock: null, systemd: null },
    ...more,
  };
}

function found(given: FleetFacts): readonly string[] {
  return diagnose(given).map(({ code, severity }) => `${severity} ${code}`);
}

describe('what is wrong with a fleet', () => {
  it('is nothing when all wait or work, or were stopped', () => {
    for (const state of ['waiting', 'working', 'running', 'starting', 'stopped'] as const) {
      expect(found(facts({ state }))).toEqual([]);
    }
  });

  it.each([
    ['failed', 'error agent-failed'],
    ['silent', 'error agent-silent'],
    ['stray', 'error agent-stray'],
    ['paused', 'warning agent-paused'],
  ] as const)('is an agent that is %s, and its next step names it', (state, code) => {
    expect(found(facts({ state }))).toEqual([code]);
    expect(diagnose(facts({ state }))[0]?.hint).toContain('coder0');
  });

  it('is an agent that has ended, or that nobody wants any more', () => {
    expect(found(facts({ state: 'ended' }))).toEqual(['info agent-ended']);
    expect(found(facts({ isInRoster: false }))).toEqual(['warning agent-not-listed']);
  });

  it('is a stopped agent, or a dead worker, in whose name cards are claimed', () => {
    expect(found(facts({ state: 'stopped', cards: [CARD] }))).toEqual(['warning agent-left-cards']);
    const other = { owner: 'w', pid: 9, host: 'here', pulse: 'dead', lastBeatAt: SINCE, cards: [CARD] } as const;
    expect(found(facts({}, {}, [other]))).toEqual(['warning worker-dead']);
    expect(found(facts({}, {}, [{ ...other, cards: [] }]))).toEqual([]);
    expect(found(facts({}, {}, [{ ...other, pulse: 'silent' }]))).toEqual(['warning worker-silent']);
  });

  it('is a restart that died or left what nobody can read, and not one that is under way', () => {
    const held = { kind: 'held', pid: 5, host: 'here', progressedMs: 0 } as const;
    expect(found(facts({}, { lock: { ...held, liveness: 'alive' } }))).toEqual([]);
    expect(found(facts({}, { lock: { ...held, liveness: 'dead' } }))).toEqual(['warning restart-died']);
    expect(found(facts({}, { lock: { kind: 'unreadable' } }))).toEqual(['warning restart-lock-unreadable']);
  });

  it('is a systemd that does not answer, that ends what lingers, or whose units are old', () => {
    expect(found(facts({}, { systemd: SYSTEMD }))).toEqual([]);
    expect(found(facts({}, { systemd: { ...SYSTEMD, isLingering: null } }))).toEqual([]);
    expect(found(facts({}, { systemd: { ...SYSTEMD, isLingering: false } }))).toEqual(['warning linger-off']);
    expect(found(facts({}, { systemd: { ...SYSTEMD, units: 'old' } }))).toEqual(['warning units-old']);
    const units = { unknownBecause: 'The template cannot be used.', hint: null };
    expect(found(facts({}, { systemd: { ...SYSTEMD, units } }))).toEqual(['warning units-unknown']);
    expect(found(facts({}, { systemd: { ...SYSTEMD, unreachable: 'no bus' } }))).toEqual(['error systemd-unreachable']);
  });

  it.each([
    ['systemd 254 (254.26-1)', false],
    ['systemd 255 (255.4-1ubuntu8.17)', true],
    ['systemd 255', true],
    ['systemd 256 (256.2-1)', true],
    ['systemd 256 (256.7-1)', false],
    ['systemd 257 (257.1-1)', false],
    ['something else', false],
  ])('of %s, which ends a lingering user’s services at logout, is warned: %s', (version, isBroken) => {
    expect(found(facts({}, { systemd: { ...SYSTEMD, version } }))).toEqual(isBroken ? ['warning linger-broken'] : []);
  });
});

describe('a unit file', () => {
  const launch = {
    mosaicHome: '/home/ann/50% of "$HOME"\\x',
    program: ['/usr/bin/node', '/opt/mosaic/bin/mosaic.js', 'fleet'],
    environment: { PATH: '/usr/bin', LANG: 'C.UTF-8', SECRET: 'never' },
  };
  const [holder, agent] = unitFiles(launch, '/usr/bin/tmux', 'mosaic', (name) =>
    readTemplate(newFolder(), `systemd/user/${name}`),
  );

  it('says whose it is, and holds nothing of the environment but what is listed', () => {
    expect(homeOfUnit(holder?.text ?? '')).toBe(launch.mosaicHome);
    expect(homeOfUnit('[Unit]\nDescription=Mine\n')).toBeNull();
    expect(`${holder?.text}${agent?.text}`).not.toContain('never');
  });

  it('quotes what systemd would take for a specifier, a variable or an end', () => {
    expect(agent?.name).toBe(AGENT_TEMPLATE);
    const home = String.raw`"/home/ann/50%% of \"$$HOME\"\\x"`;
    const program = '"/usr/bin/node" "/opt/mosaic/bin/mosaic.js" "fleet"';
    expect(agent?.text).toContain(`ExecStart=${program} "__keep" %i "--mosaic-home" ${home}\n`);
    expect(agent?.text).toContain(String.raw`Environment="MOSAIC_HOME=/home/ann/50%% of \"$HOME\"\\x"`);
  });
});
