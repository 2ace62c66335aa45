/** TLS means here what it means everywhere with Postgres: sslmode says what is tried, what is checked, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type Server } from '../server.ts';
import { ask, refused } from './ask.ts';
import { newCertificates, type Authority, type Certificates, type Signed } from './certificates.ts';

const HBA = [
  'hostssl   all only_tls   127.0.0.1/32 scram-sha-256',
  'hostnossl all only_plain 127.0.0.1/32 scram-sha-256',
  'hostssl   all ada        127.0.0.1/32 cert',
  'host      all postgres   127.0.0.1/32 scram-sha-256',
].join('\n');

let certificates: Certificates;
let ours: Authority;
let theirs: Authority;
let ada: Signed;
let server: Server;
let withoutTls: Server;

beforeAll(async () => {
  certificates = await newCertificates();
  [ours, theirs] = await Promise.all([certificates.authority('ours'), certificates.authority('theirs')]);
  ada = await ours.sign('ada');
  const signed = await ours.sign('db.example', 'DNS:localhost');
  const files = { 'server.crt': signed.certificate, 'server.key': signed.key, 'root.crt': ours.certificate };
  [server, withoutTls] = await Promise.all([
    startServer({ settings: { ssl: 'on', ssl_ca_file: 'root.crt' }, hba: HBA, files }),
    startServer(),
  ]);
  await server.query("create role only_tls login password 'hunter2'");
  await server.query("create role only_plain login password 'hunter2'");
  await server.query('create role ada login');
});

afterAll(async () => {
  await Promise.all([server.remove(), withoutTls.remove(), certificates.remove()]);
});

function url(user: string, parameters = '', host = '127.0.0.1'): string {
  const password = user === 'postgres' ? server.password : 'hunter2';
  return `postgres://${user}:${password}@${host}:${server.port}/postgres?${parameters}`;
}

describe('without sslmode, to this machine', () => {
  it('is in the clear, with TLS where the server insists on it, and in the clear where it insists on that', async () => {
    expect(await ask(url('postgres'))).toBe('as postgres in the clear');
    expect(await ask(url('only_tls'))).toBe('as only_tls with TLS');
    expect(await ask(url('only_plain'))).toBe('as only_plain in the clear');
  });

  it('says what the server says where neither is let in', async () => {
    const error = await refused(ask(url('nobody')), 'hunter2');
    expect(error.code).toBe('DATABASE_DENIED');
    expect(error.message).toMatch(
      /does not let this user in: no pg_hba\.conf entry for .*nobody.*Nothing was changed\.$/,
    );
  });
});

describe.each([
  ['disable', 'as postgres in the clear', 'DATABASE_DENIED', 'as only_plain in the clear'],
  ['allow', 'as postgres in the clear', 'as only_tls with TLS', 'as only_plain in the clear'],
  ['prefer', 'as postgres with TLS', 'as only_tls with TLS', 'as only_plain in the clear'],
  ['require', 'as postgres with TLS', 'as only_tls with TLS', 'DATABASE_DENIED'],
])('sslmode=%s', (mode, whoever, onlyTls, onlyPlain) => {
  it.each([
    ['postgres', whoever],
    ['only_tls', onlyTls],
    ['only_plain', onlyPlain],
  ])('for %s: %s', async (user, expected) => {
    const asked = ask(url(user, `sslmode=${mode}`));
    if (expected.startsWith('as')) expect(await asked).toBe(expected);
    else expect((await refused(asked, 'hunter2')).code).toBe(expected);
  });

  it('at a server that has no TLS', async () => {
    const asked = ask(`${withoutTls.url()}?sslmode=${mode}`);
    if (mode !== 'require') return expect(await asked).toBe('as postgres in the clear');
    expect(await refused(asked, withoutTls.password)).toMatchObject({
      code: 'DATABASE_DENIED',
      message: `postgres://postgres@127.0.0.1:${withoutTls.port}/postgres has no TLS, and sslmode demands it. Nothing was changed.`,
    });
  });
});

describe('the certificate of the server', () => {
  it('is checked for who signed it with verify-ca, and with require where an authority is named', async () => {
    for (const mode of ['verify-ca', 'require']) {
      expect(await ask(url('postgres', `sslmode=${mode}&sslrootcert=${ours.file}`))).toBe('as postgres with TLS');
      const error = await refused(ask(url('postgres', `sslmode=${mode}&sslrootcert=${theirs.file}`)), server.password);
      expect(error.code).toBe('DATABASE_DENIED');
      expect(error.message).toContain('is not to be trusted');
      expect(error.hint).toContain('sslrootcert');
    }
  });

  it('is checked for the name of the host too with verify-full', async () => {
    const checked = `sslmode=verify-full&sslrootcert=${ours.file}`;
    expect(await ask(url('postgres', checked, 'localhost'))).toBe('as postgres with TLS');
    const error = await refused(ask(url('postgres', checked)), server.password);
    expect(error).toMatchObject({
      code: 'DATABASE_DENIED',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    expect(error.hint).toBe('Write the host into DATABASE_URL as the certificate has it.');
    const foreign = ask(url('postgres', `sslmode=verify-full&sslrootcert=${theirs.file}`, 'localhost'));
    expect((await refused(foreign)).code).toBe('DATABASE_DENIED');
  });

  it('is no public one', async () => {
    for (const parameters of ['sslmode=verify-full', 'sslrootcert=system']) {
      const error = await refused(ask(url('postgres', parameters, 'localhost')));
      expect(error).toMatchObject({ code: 'DATABASE_DENIED', message: expect.stringContaining('not to be trusted') });
    }
  });

  it('that is not trusted is not followed by a connection in the clear', async () => {
    const error = await refused(ask(url('postgres', `sslmode=prefer&sslrootcert=${theirs.file}`)));
    expect(error.code).toBe('DATABASE_DENIED');
  });

  it('is looked for in PGSSLROOTCERT as PGSSLMODE says', async () => {
    const environment = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: ours.file };
    expect(await ask(url('postgres', '', 'localhost'), environment)).toBe('as postgres with TLS');
    expect((await refused(ask(url('postgres'), environment))).code).toBe('DATABASE_DENIED');
  });
});

describe('a certificate of our own', () => {
  it('stands in for a password', async () => {
    const parameters = `sslmode=require&sslcert=${ada.certificateFile}&sslkey=${ada.keyFile}`;
    expect(await ask(url('ada', parameters))).toBe('as ada with TLS');
  });

  it('that is another’s, or is missing, is refused', async () => {
    const foreign = await theirs.sign('ada');
    const parameters = `sslmode=require&sslcert=${foreign.certificateFile}&sslkey=${foreign.keyFile}`;
    expect((await refused(ask(url('ada', parameters)), 'hunter2')).code).toBe('DATABASE_DENIED');
    const missing = await refused(ask(url('ada', 'sslmode=require')), 'hunter2');
    expect(missing).toMatchObject({ code: 'DATABASE_DENIED', message: expect.stringContaining('client certificate') });
  });

  it('that is no certificate, or not there, is refused before anything is sent', async () => {
    const missing = await refused(ask(url('ada', 'sslmode=require&sslcert=/nonexistent/a&sslkey=/nonexistent/b')));
    expect(missing).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('(sslkey) cannot be read: ENOENT'),
    });
    const mixedUp = `sslmode=require&sslcert=${ada.keyFile}&sslkey=${ada.certificateFile}`;
    expect(await refused(ask(url('ada', mixedUp)), ada.key)).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('cannot be used'),
    });
  });
});

describe('the exchange of the password', () => {
  it('is bound to the channel where that is asked for', async () => {
    expect(await ask(url('postgres', 'channel_binding=require'))).toBe('as postgres with TLS');
    expect(await ask(url('postgres', 'sslmode=require&channel_binding=prefer'))).toBe('as postgres with TLS');
  });

  it('is not begun where it cannot be bound, and has to be', async () => {
    const parameters = `channel_binding=require&sslcert=${ada.certificateFile}&sslkey=${ada.keyFile}`;
    const error = await refused(ask(url('ada', parameters)), 'hunter2');
    expect(error).toMatchObject({ code: 'DATABASE_DENIED', message: expect.stringContaining('channel binding') });
  });

  it('may begin without a question for TLS', async () => {
    expect(await ask(url('postgres', 'sslmode=require&sslnegotiation=direct'))).toBe('as postgres with TLS');
  });
});
