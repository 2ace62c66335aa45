/** What stands in the lock of restarts, and what whoever meets it concludes. */
import { describe, expect, it, test } from 'vitest';
import {
  judge,
  lockText,
  newToken,
  parseLock,
  processOf,
  USUAL_TIMES,
  watched,
} from '../../../src/fleet/restart/restart-lock-rules.ts';
import { currentIdentity, type Liveness, type ProcessIdentity } from '../../../src/host/process-identity.ts';

const SELF: ProcessIdentity = {
  pid: 7,
  startTicks: '123',
  bootId: 'b0-07',
  pidNamespace: 'pid:[4026]',
  host: 'my box',
};
const NOW_MS = 1_700_000_000_000;
const TOKEN = newToken('beef', SELF);

/** @param sinceMs how long ago it was first seen, as it is */
function judged(text: string | null, liveness: Liveness, sinceMs = 0): string {
  const watch = watched(null, text, 5000 - sinceMs);
  const evidence = { token: TOKEN, livenessOf: () => liveness, wallMs: NOW_MS, monotonicMs: 5000 };
  const judgement = judge(watch, evidence, USUAL_TIMES);
  return judgement.kind === 'take-over' ? judgement.why : judgement.kind;
}

function lockOf(progressedMs: number, token: string = newToken('cafe', SELF)): string {
  return lockText({ pid: 8, progressedMs, token });
}

describe('the lock', () => {
  it('has three lines: pid, time, token', () => {
    expect(lockOf(NOW_MS)).toBe('8\n1700000000000\ncafe 123 b0-07 pid:[4026] my box\n');
  });

  it.each([
    ['everything known', SELF],
    ['nothing known but the host', { ...SELF, startTicks: null, bootId: null, pidNamespace: null }],
    ['this very process', currentIdentity()],
  ])('comes back as it was written: %s', (_, identity) => {
    const token = newToken('0a1b', identity);
    const owner = { pid: identity.pid, progressedMs: NOW_MS, token };
    expect(parseLock(lockText(owner))).toEqual({ ...owner, process: identity });
  });

  it('of a foreign hand may have any token, and need not end its last line', () => {
    const owner = parseLock('99\n12\nsome token');
    expect(owner).toEqual({ pid: 99, progressedMs: 12, token: 'some token', process: null });
    expect(owner && processOf(owner, SELF)).toEqual({ ...SELF, pid: 99, startTicks: null });
  });

  it.each([
    '',
    '\n',
    '99',
    '99\n12\n',
    '99\n12\n \n',
    '0\n12\na',
    '-1\n12\na',
    '9\n-12\na',
    '9\n1.5\na',
    '9\n1\na\nb',
    '{}',
  ])('is none: %j', (text) => {
    expect(parseLock(text)).toBeNull();
  });
});

describe('whoever meets the lock', () => {
  it.each<readonly [string, string | null, Liveness, number, string]>([
    ['takes one that is not there', null, 'unknown', 0, 'free'],
    ['knows its own', lockOf(NOW_MS, TOKEN), 'alive', 0, 'ours'],
    ['knows its own, however old', lockOf(0, TOKEN), 'alive', 90_000, 'ours'],
    ['takes over from the dead at once', lockOf(NOW_MS), 'dead', 0, 'dead'],
    ['waits for one that lives', lockOf(NOW_MS), 'alive', 29_999, 'wait'],
    ['waits for one that cannot be seen', lockOf(NOW_MS), 'unknown', 29_999, 'wait'],
    ['loses patience after 30 s', lockOf(NOW_MS), 'alive', 30_000, 'waited'],
    ['loses patience with a lock from the future', lockOf(NOW_MS + 1e9), 'alive', 30_000, 'waited'],
    ['takes over one that is 60 s old', lockOf(NOW_MS - 60_000), 'unknown', 3000, 'stale'],
    ['watches an old one for a moment first', lockOf(NOW_MS - 60_000), 'alive', 2999, 'wait'],
    ['waits for one that is younger', lockOf(NOW_MS - 59_999), 'alive', 29_999, 'wait'],
    ['takes over one that cannot be read', 'what?', 'unknown', 3000, 'unreadable'],
    ['waits while it may be being written', '', 'unknown', 2999, 'wait'],
  ])('%s', (_, text, liveness, sinceMs, expected) => {
    expect(judged(text, liveness, sinceMs)).toBe(expected);
  });
});

describe('patience', () => {
  it('is with the owner, whose progress does not renew it', () => {
    const first = watched(null, lockOf(NOW_MS), 1000);
    const later = watched(first, lockOf(NOW_MS + 1), 2000);
    expect(later).toMatchObject({ waitingSinceMs: 1000, unchangedSinceMs: 2000 });
  });

  it.each([
    ['another owner', lockOf(NOW_MS, 'another')],
    ['no lock for a moment', null],
    ['a lock that cannot be read', ''],
  ])('begins anew with %s', (_, text) => {
    expect(watched(watched(null, lockOf(NOW_MS), 1000), text, 2000).waitingSinceMs).toBe(2000);
  });

  test('does not begin anew with each unreadable text', () => {
    expect(watched(watched(null, 'a', 1000), 'ab', 2000)).toMatchObject({
      waitingSinceMs: 1000,
      unchangedSinceMs: 2000,
    });
  });
});
