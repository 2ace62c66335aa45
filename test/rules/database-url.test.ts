/** A database URL means what libpq takes it to mean, and one that means nothing is refused without repeating it. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/backlog/postgres/server/database-url.ts';
import type { ServerAddress } from '../../src/backlog/postgres/server/server-address.ts';
import { MosaicError } from '../../src/errors.ts';

const NOBODY = { HOME: '/nonexistent' };

function parse(url: string, environment: Readonly<Record<string, string>> = {}): ServerAddress {
  return parseDatabaseUrl(url, { ...NOBODY, ...environment });
}

function refusal(url: string, environment: Readonly<Record<string, string>> = {}): MosaicError {
  try {
    parse(url, environment);
  } catch (error) {
    if (error instanceof MosaicError) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('the place and the person', () => {
  it.each(['postgres', 'postgresql'])('%s:// says user, password, host, port and database', (scheme) => {
    const address = parse(`${scheme}://ada:s%3Aecret%40@db.example:6543/fleet%20one`);
    expect(address).toMatchObject({ user: 'ada', host: 'db.example', port: 6543, database: 'fleet one' });
    expect(address.password).toBe('s:ecret@');
    expect(address.shown).toBe('postgres://ada@db.example:6543/fleet%20one');
  });

  it('what is left out comes from the environment, and then from what is usual', () => {
    const environment = { PGHOST: 'h', PGPORT: '1', PGUSER: 'u', PGDATABASE: 'd', PGPASSWORD: 'p', PGAPPNAME: 'a' };
    const address = parse('postgres://', { ...environment, PGOPTIONS: '-c x=y', PGCONNECT_TIMEOUT: '3' });
    expect(address).toMatchObject({ host: 'h', port: 1, user: 'u', database: 'd', applicationName: 'a' });
    expect(address).toMatchObject({ sessionOptions: '-c x=y', connectTimeoutSeconds: 3, password: 'p' });
    const usual = parse('postgres://ada@');
    expect(usual).toMatchObject({ host: 'localhost', port: 5432, user: 'ada', database: 'ada' });
    expect(usual).toMatchObject({ applicationName: 'mosaic-fleet', sessionOptions: '', connectTimeoutSeconds: 10 });
    expect(usual).toMatchObject({ keepAlive: true, passwordFile: '/nonexistent/.pgpass', password: undefined });
  });

  it('the URL goes before the environment, and its parameters before its beginning', () => {
    const environment = { PGHOST: 'h', PGPORT: '1', PGUSER: 'u', PGDATABASE: 'd', PGPASSWORD: 'p' };
    const address = parse(
      'postgres://ada:one@here:2/three?host=there&user=bea&password=two&port=4&dbname=5',
      environment,
    );
    expect(address).toMatchObject({ host: 'there', user: 'bea', password: 'two', port: 4, database: '5' });
  });

  it('an address of version 6 stands in brackets', () => {
    expect(parse('postgres://ada@[::1]:5433/d')).toMatchObject({ host: '::1', port: 5433 });
    expect(parse('postgres://ada@[2001:db8::7]/d').shown).toBe('postgres://ada@[2001:db8::7]:5432/d');
  });

  it('the folder of a socket is a host', () => {
    expect(parse('postgres://ada@/d?host=/var/run/postgresql').host).toBe('/var/run/postgresql');
    expect(parse('postgres://ada@%2Fvar%2Frun%2Fpostgresql/d').host).toBe('/var/run/postgresql');
  });

  it('a password may have a colon, an @ and a # that nobody escaped', () => {
    expect(parse('postgres://ada:a:b@c#d@host/d')).toMatchObject({ user: 'ada', host: 'host', password: 'a:b@c#d' });
  });

  it('the session is set up as the URL says', () => {
    const address = parse(
      'postgres://h/d?options=-c%20search_path%3Dx&application_name=w&connect_timeout=0&keepalives=0&keepalives_idle=9',
    );
    expect(address).toMatchObject({ sessionOptions: '-c search_path=x', applicationName: 'w' });
    expect(address).toMatchObject({ connectTimeoutSeconds: 0, keepAlive: false, keepAliveIdleSeconds: 9 });
  });
});

describe('TLS', () => {
  const ways = (url: string, environment = {}): string => parse(url, environment).encryption.ways.join(' then ');

  it.each([
    ['disable', 'plain'],
    ['allow', 'plain then tls'],
    ['prefer', 'tls then plain'],
    ['require', 'tls'],
  ])('sslmode=%s tries %s, and checks nothing', (mode, expected) => {
    for (const host of ['db.example', 'localhost']) {
      expect(ways(`postgres://${host}/d?sslmode=${mode}`)).toBe(expected);
      expect(parse(`postgres://${host}/d?sslmode=${mode}`).encryption.check).toBe('nothing');
    }
  });

  it.each(['localhost', 'db.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])('to %s it is tried last', (host) => {
    expect(ways(`postgres://${host}/d`)).toBe('plain then tls');
  });

  it('to anywhere else it is tried first', () => {
    expect(ways('postgres://db.example/d')).toBe('tls then plain');
    expect(ways('postgres://127.0.0.1.example/d')).toBe('tls then plain');
  });

  it('there is none on a socket, whatever is asked for', () => {
    expect(ways('postgres:///d?host=/run&sslmode=verify-full')).toBe('plain');
  });

  it('a certificate is checked as far as it is asked for', () => {
    const check = (parameters: string, environment = {}): object =>
      parse(`postgres://h/d?${parameters}`, environment).encryption;
    const file = { authorities: { file: '/ca' } };
    expect(check('sslmode=verify-ca&sslrootcert=/ca')).toMatchObject({ check: 'authority', ways: ['tls'], ...file });
    expect(check('sslmode=require&sslrootcert=/ca')).toMatchObject({ check: 'authority', ways: ['tls'], ...file });
    expect(check('sslrootcert=/ca')).toMatchObject({ check: 'authority', ways: ['tls'], ...file });
    expect(check('sslmode=verify-full&sslrootcert=/ca')).toMatchObject({ check: 'host', ways: ['tls'], ...file });
    expect(check('sslmode=verify-full')).toMatchObject({ check: 'host', authorities: 'system' });
    expect(check('sslrootcert=system')).toMatchObject({ check: 'host', ways: ['tls'], authorities: 'system' });
    const environment = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca' };
    expect(check('', environment)).toMatchObject({ check: 'host', ways: ['tls'], ...file });
    expect(check('sslmode=disable', environment)).toMatchObject({ ways: ['plain'] });
    expect(check('ssl=true')).toMatchObject({ check: 'nothing', ways: ['tls'] });
  });

  it('channel binding that is required leaves no other way', () => {
    expect(ways('postgres://h/d?channel_binding=require')).toBe('tls');
    expect(parse('postgres://h/d').encryption.channelBinding).toBe('disable');
  });

  it.each([
    ['sslmode=verify-ca', 'sslrootcert=FILE'],
    ['sslmode=require&sslrootcert=system', 'verify-full'],
    ['sslnegotiation=direct', 'require'],
    ['sslcert=/a', 'sslkey'],
    ['sslkey=/a', 'sslcert'],
    ['sslmode=disable&channel_binding=require', 'channel_binding=prefer'],
    ['sslmode=no-verify', 'require'],
  ])('%s by itself is refused, and the hint says %s', (parameters, hint) => {
    expect(refusal(`postgres://h/d?${parameters}`)).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('Nothing was changed.'),
      hint: expect.stringContaining(hint),
    });
  });
});

describe('what is refused', () => {
  it.each([
    ['schema', 'public', 'search_path'],
    ['pgbouncer', 'true', 'session mode'],
    ['target_session_attrs', 'read-write', 'Leave it out'],
    ['sslcompression', '1', 'Known are: application_name, channel_binding'],
  ])('the parameter %s, by its name and never by its value', (name, value, hint) => {
    expect(refusal(`postgres://h/d?${name}=${value}`)).toMatchObject({
      code: 'INVALID_INPUT',
      message: `The database URL has the parameter ${name}, which is not known here. Nothing was changed.`,
      hint: expect.stringContaining(hint),
    });
  });

  it.each(['postgres://a,b/d', 'postgres://a:1,b:2/d', 'postgres:///d?host=a,b'])('several hosts: %s', (url) => {
    expect(refusal(url).message).toBe(
      'The database URL names several hosts, and the backlog is on one. Nothing was changed.',
    );
  });

  it.each([
    'hunter2',
    'mysql://ada:hunter2@h/d',
    'jdbc:postgresql://ada:hunter2@h/d',
    '"postgres://ada:hunter2@h/d"',
    'postgres:/ada:hunter2@h/d',
    'postgres://ada:hunter2/x@h/d',
    'postgres://ada:7/hunter2@h/d',
    'postgres://ada:7?hunter2@h/d',
    'postgres://ada:7?hunter2=x@h/d',
    'postgres://ada:hunter2%@h/d',
    'postgres://ada:hunter2%zz@h/d',
    'postgres://ada:hunter2%00@h/d',
    'postgres://ada:hunter2',
    'postgres://ada:x@h:hunter2/d',
    'postgres://h/d?password=hunter2%',
    'postgres://h/d?hunter2',
    'postgres://h/d?hunter2=1',
    'postgres://h/d?sslmode=hunter2',
    'postgres://h/d?connect_timeout=hunter2',
    'postgres://[hunter2/d',
  ])('a text that cannot be read, without repeating any of it: %s', (url) => {
    const error = refusal(url);
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('Nothing was changed.') });
    expect(`${inspect(error)} ${error.hint}`).not.toMatch(/hunter2/);
  });

  it('a setting of the environment that means nothing, by its name', () => {
    expect(refusal('postgres://h/d', { PGSSLMODE: 'on' }).message).toContain('PGSSLMODE');
  });
});

it('an address shows its password to nobody who prints it', () => {
  const address = parse('postgres://ada:hunter2@h/d?sslpassword=hunter3');
  expect(`${inspect(address, { depth: null, showHidden: true })} ${JSON.stringify(address)}`).not.toMatch(/hunter/);
  expect(address).toMatchObject({ password: 'hunter2', keyPassword: 'hunter3' });
});
