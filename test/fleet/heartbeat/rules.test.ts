/** Which claims are held by the dead, and when a heart has stopped: rules, without a process. */
import { describe, expect, it } from 'vitest';
import {
  claimsOfTheDead,
  type Doing,
  type Heartbeat,
  type Judged,
  pulseOf,
} from '../../../src/fleet/heartbeat/heartbeat.ts';

const T0 = '2026-01-31T09:00:00.000Z';
const T1 = '2026-01-31T09:10:00.000Z';
const T2 = '2026-01-31T09:20:00.000Z';
const T3 = '2026-01-31T09:30:00.000Z';
const WORKING: Doing = { kind: 'working', since: T1, id: 'A', attempt: 2, group: 77 };
const CLAIM = { id: 'A', owner: 'w', attempt: 2, claimedAt: T1 };

function heartbeat(more: Partial<Heartbeat> = {}): Heartbeat {
  const process = { pid: 7, startTicks: '1', bootId: 'b', pidNamespace: 'n', host: 'here' };
  return { owner: 'w', mode: 'worker', process, startedAt: T0, beatAt: T1, doing: WORKING, restarts: 0, ...more };
}

function dead(more: Partial<Heartbeat> = {}): Judged {
  return { heartbeat: heartbeat(more), liveness: 'dead', isGroupGone: true };
}

function ids(all: readonly Judged[], ...claims: readonly (typeof CLAIM)[]): readonly string[] {
  return claimsOfTheDead(all, claims).map(({ claim }) => claim.id);
}

describe('a claim is held by the dead', () => {
  it('when its worker, and all that worked for it, is proven dead', () => {
    expect(ids([dead()], CLAIM)).toEqual(['A']);
  });

  it('and not while anything is left that may work on the card, or nothing is proven', () => {
    expect(ids([{ ...dead(), isGroupGone: false }], CLAIM)).toEqual([]);
    expect(ids([{ ...dead(), liveness: 'unknown' }], CLAIM)).toEqual([]);
    expect(ids([{ ...dead(), liveness: 'alive' }], CLAIM)).toEqual([]);
  });

  it('and not when it is another attempt, another card, or another owner', () => {
    expect(ids([dead()], { ...CLAIM, attempt: 3 })).toEqual([]);
    expect(ids([dead()], { ...CLAIM, id: 'B' })).toEqual([]);
    expect(ids([dead()], { ...CLAIM, owner: 'v' })).toEqual([]);
    expect(ids([dead({ doing: { kind: 'waiting', since: T1 } })], CLAIM)).toEqual([]);
  });

  it('when a dead session of that name has lived at the time, and no other of that name may have taken it', () => {
    const session = dead({ mode: 'session', doing: { kind: 'running', since: T0 } });
    const later = heartbeat({ mode: 'session', doing: { kind: 'running', since: T2 }, startedAt: T2, beatAt: T3 });
    const next: Judged = { heartbeat: later, liveness: 'alive', isGroupGone: false };
    expect(ids([session], CLAIM)).toEqual(['A']);
    expect(ids([session, next], CLAIM)).toEqual(['A']);
    expect(ids([session, next], { ...CLAIM, claimedAt: T3 })).toEqual([]);
    expect(ids([session, { ...next, liveness: 'unknown' }], { ...CLAIM, claimedAt: T3 })).toEqual([]);
    expect(ids([dead({ mode: 'session', doing: { kind: 'running', since: T2 }, startedAt: T2 })], CLAIM)).toEqual([]);
  });
});

describe('a heart', () => {
  const nowMs = Date.parse(T1);
  it('beats as long as its last beat is not too long ago, and also when the clock was set back', () => {
    expect(pulseOf(heartbeat(), 'alive', nowMs + 19_000)).toBe('beating');
    expect(pulseOf(heartbeat(), 'alive', nowMs - 3_600_000)).toBe('beating');
  });

  it('is silent after that, also where nothing is known of the process', () => {
    expect(pulseOf(heartbeat(), 'alive', nowMs + 21_000)).toBe('silent');
    expect(pulseOf(heartbeat(), 'unknown', nowMs + 21_000)).toBe('silent');
  });

  it('is dead as soon as that is proven', () => {
    expect(pulseOf(heartbeat(), 'dead', nowMs)).toBe('dead');
  });
});
