/** A roster under test: the program's answers about it, and its file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Answer, Mosaic } from '../../cli/mosaic.ts';

/** As a person may have it: comments, and spaces that nobody else would put there. */
export const OURS =
  '# Ours.\nversion:  1\nagents:\n  # The first.\n  - name: a\n    runtime: pi # small\n\n# The end.\n';

/** Words after `mosaic fleet`. */
export function fleet(mosaic: Mosaic, ...words: readonly string[]): Promise<Answer> {
  return mosaic.run(['fleet', ...words]);
}

/** The JSON value that the command answers with; fails the test when there is none, or anything beside it. */
export async function json(mosaic: Mosaic, ...words: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await fleet(mosaic, ...words, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

export function fileOf({ home }: Mosaic): string {
  return join(home, 'fleet/roster.yaml');
}

/** @returns the roster's file */
export function write(mosaic: Mosaic, text: string): string {
  const file = fileOf(mosaic);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

export function read(mosaic: Mosaic): string {
  return readFileSync(fileOf(mosaic), 'utf8');
}
