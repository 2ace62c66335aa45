/**
 * What is in the environment of one agent alone: `fleet/agents/<name>.env`, lines of KEY=VALUE as Node reads them. It is
 * where keys and tokens stand, so only its owner may read it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { systemErrorCode } from '../../disk/filesystem.ts';

export type Variables = Readonly<Record<string, string>>;

export function environmentFileOf(mosaicHome: string, name: string): string {
  return `${mosaicHome}/fleet/agents/${name}.env`;
}

/**
 * @returns false when there is such a file already, which is left as it is
 * @throws the system's error
 */
export function createEnvironmentFile(file: string, text: string): boolean {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Empty when there is no such file. @throws the system's error */
export function readEnvironmentFile(file: string): Variables {
  try {
    return readVariables(readFileSync(file, 'utf8'));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return {};
    throw error;
  }
}

/** Null when one of the values holds what no quotes can hold. */
export function environmentText(variables: Variables): string | null {
  const lines = Object.entries(variables).map(([key, value]) => lineOf(key, value));
  return lines.every((line) => line !== null) ? lines.map((line) => `${line}\n`).join('') : null;
}

const QUOTES: readonly string[] = ["'", '"', '`'];

/** Whatever is read back as the same is right; there is no escape that all quotes understand. */
function lineOf(key: string, value: string): string | null {
  const bare = /^[\w./:@%+,=-]*$/.test(value) ? [`${key}=${value}`] : [];
  const written = [...bare, ...QUOTES.map((quote) => `${key}=${quote}${value}${quote}`)];
  return written.find((line) => readVariables(`${line}\nZ_NEXT=1\n`)[key] === value) ?? null;
}

function readVariables(text: string): Variables {
  const variables: Record<string, string> = {};
  for (const [key, value] of Object.entries(parseEnv(text))) {
    if (value !== undefined) variables[key] = value;
  }
  return variables;
}
