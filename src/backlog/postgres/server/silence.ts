/** Bounds how long a server may be silent: a host without power, or a way that drops everything, never says that it is gone. */
import { Socket } from 'node:net';
import type { Client } from 'pg';

/** Once for each connection: one that is silent for too long is broken off, and counts as lost. */
export function breakOffInSilence(client: Client): void {
  const { stream } = client.connection;
  stream.on('timeout', () => stream.destroy());
}

/** @param ms how long it may be silent from now on; 0 for ever */
export function allowSilence(client: Client, ms: number): void {
  const { stream } = client.connection;
  if (stream instanceof Socket) stream.setTimeout(ms);
}
