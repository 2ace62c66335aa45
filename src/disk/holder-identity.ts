/**
 * Who holds a lock, as its file says it: one sealed line. A process writes it whole before it links it to a lock, so
 * every process on a running machine reads it whole; one that does not prove itself was left by a power cut, or damaged.
 */
import { openLine, sealLine } from './sealed-line.ts';
import { parseIdentity, type ProcessIdentity } from '../host/process-identity.ts';

export interface HolderIdentity {
  readonly process: ProcessIdentity;
  /** Names its staging folder. */
  readonly token: string;
}

export function holderText({ process, token }: HolderIdentity): string {
  return `${sealLine(JSON.stringify({ ...process, token }))}\n`;
}

/** Null for what no process has written. */
export function parseHolder(text: string): HolderIdentity | null {
  const value = openLine(text.trimEnd());
  const process = parseIdentity(value);
  if (process === null || typeof value !== 'object' || value === null || !('token' in value)) return null;
  const { token } = value;
  return typeof token === 'string' && /^[0-9a-f]+$/.test(token) ? { process, token } : null;
}
