/**
 * Passwords in `~/.pgpass`, one a line: `host:port:database:user:password`, where `*` is anything and a backslash
 * takes the meaning from `:` and from itself. A file that others may read is not used, as everywhere with Postgres.
 */
import { readFile, stat } from 'node:fs/promises';

export interface PasswordQuestion {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

const FOR_OTHERS = 0o077;

/** @returns null where the file is missing, not to be used, or silent about this server */
export async function passwordFromFile(file: string, question: PasswordQuestion): Promise<string | null> {
  if (await isOpenToOthers(file)) return null;
  try {
    return passwordIn(await readFile(file, 'utf8'), question);
  } catch {
    return null;
  }
}

export async function isOpenToOthers(file: string): Promise<boolean> {
  try {
    return ((await stat(file)).mode & FOR_OTHERS) !== 0;
  } catch {
    return false;
  }
}

export function passwordIn(text: string, { host, port, database, user }: PasswordQuestion): string | null {
  // The folder of a socket goes by its own name, and by that of this machine.
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const [ofHost = '', ofPort, ofDatabase, ofUser, password] = fieldsOf(line);
    if (password === undefined) continue;
    const isMeant =
      (ofHost === '*' || hosts.includes(ofHost)) &&
      (ofPort === '*' || ofPort === String(port)) &&
      (ofDatabase === '*' || ofDatabase === database) &&
      (ofUser === '*' || ofUser === user);
    if (isMeant) return password;
  }
  return null;
}

/** Four fields that end with a colon; the fifth is the rest of the line, colons and all. */
function fieldsOf(line: string): readonly string[] {
  const fields = [''];
  for (let at = 0; at < line.length; at++) {
    const isTaken = line[at] === '\\' && at + 1 < line.length;
    if (line[at] === ':' && fields.length < 5) fields.push('');
    else fields.push((fields.pop() ?? '') + (line[isTaken ? ++at : at] ?? ''));
  }
  return fields;
}
