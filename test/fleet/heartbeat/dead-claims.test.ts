/** Which claims are held by nobody any more. */
import { describe, expect, it } from 'vitest';
import {
  claimsOfTheDead,
  type Heartbeat,
  type HeldClaim,
  type Judged,
} from '../../../src/fleet/heartbeat/heartbeat.ts';

const DEAD = { liveness: 'dead', isGroupGone: true } as const;
const ALIVE = { liveness: 'alive', isGroupGone: false } as const;

function at(time: string): string {
  return `2026-01-01T${time}.000Z`;
}

function session(startedAt: string, beatAt: string): Heartbeat {
  return {
    ...{ owner: 'coder0', mode: 'session', startedAt: at(startedAt), beatAt: at(beatAt), restarts: 0 },
    process: { pid: 4711, startTicks: '1', bootId: 'b', pidNamespace: 'pid:[1]', host: 'h' },
    doing: { kind: 'running', since: at(startedAt) },
  };
}

function claimed(time: string): HeldClaim {
  return { id: 'lexer', owner: 'coder0', attempt: 1, claimedAt: at(time) };
}

function takenBack(all: readonly Judged[], claim: HeldClaim): boolean {
  return claimsOfTheDead(all, [claim]).length === 1;
}

describe('a claim in the name of a session that is dead', () => {
  const dead: Judged = { heartbeat: session('10:00:00', '11:00:00'), ...DEAD };

  it('comes back when it was made while the session lived', () => {
    expect(takenBack([dead], claimed('10:30:00'))).toBe(true);
    expect(takenBack([dead], claimed('11:00:03'))).toBe(true);
  });

  it('stays when it was made before the session began, or after its last beat: somebody else of that name made it', () => {
    expect(takenBack([dead], claimed('09:59:59'))).toBe(false);
    expect(takenBack([dead], claimed('11:30:00'))).toBe(false);
  });

  it('stays when one of that name that lives may have made it', () => {
    const next: Judged = { heartbeat: session('10:20:00', '10:31:00'), ...ALIVE };
    expect(takenBack([dead, next], claimed('10:30:00'))).toBe(false);
    expect(takenBack([dead, next], claimed('10:10:00'))).toBe(true);
  });

  it('stays when one that lives began before the clock was set back', () => {
    const next: Judged = { heartbeat: session('11:05:00', '10:36:00'), ...ALIVE };
    expect(takenBack([dead, next], claimed('10:35:00'))).toBe(false);
  });
});
