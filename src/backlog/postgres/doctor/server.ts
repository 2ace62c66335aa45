/** What the doctor checks about the server: whether what it acknowledges is safe, and what its clock says. */
import type { Client } from 'pg';
import type { Finding } from '../../backlog.ts';
import { relaxedDurability } from '../../operations/findings.ts';
import { ask } from '../asking.ts';

/** From here on dates that people compare with their own clock confuse them; leases are the server's matter alone. */
const CLOCKS_APART_MS = 2000;

export interface ServerState {
  readonly durability: 'full' | 'relaxed';
  readonly nowMs: number;
  readonly findings: readonly Finding[];
}

/** @param durable what this handle asks of the server @param localMs this host's clock */
export async function examineServer(client: Client, durable: boolean, localMs: () => number): Promise<ServerState> {
  const sentMs = localMs();
  const [row] = await ask(client, {
    text: `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
      current_setting('synchronous_commit') AS synchronous_commit,
      floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms`,
  });
  const nowMs = Number(row?.['now_ms']);
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => row?.[name] === 'off');
  const findings: Finding[] = [];
  if (!durable) findings.push(relaxedDurability('MOSAIC_DURABILITY is relaxed', 'Unset it where that matters.'));
  if (off.length > 0) {
    const cause = `The server runs with ${off.map((name) => `${name} = off`).join(' and ')}`;
    findings.push(relaxedDurability(cause, 'Switch it on in postgresql.conf.'));
  }
  // Whatever the way took, the server's time lay between the two looks.
  const apartMs = nowMs < sentMs ? sentMs - nowMs : Math.max(0, nowMs - localMs());
  if (apartMs > CLOCKS_APART_MS) findings.push(clocksApart(apartMs));
  return { durability: durable && off.length === 0 ? 'full' : 'relaxed', nowMs, findings };
}

function clocksApart(apartMs: number): Finding {
  return {
    code: 'clocks-apart',
    severity: 'info',
    subject: null,
    message: `The clock of this host and that of the server are ${Math.round(apartMs / 1000)} s apart.`,
    fixed: null,
    hint: 'Claims run out by the clock of the server. Let both be set by the network (NTP).',
  };
}
