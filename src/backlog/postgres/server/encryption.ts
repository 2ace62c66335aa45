/** How the way to a server is protected, from `sslmode` and its companions, as libpq understands them. */
import { existsSync } from 'node:fs';
import { isSocketFolder, type Encryption, type SslMode, type Way } from './server-address.ts';
import { oneOf, refusedUrl, type Parameters } from './url-parameters.ts';

const MODES: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const STRICT: readonly SslMode[] = ['require', 'verify-ca', 'verify-full'];

const WAYS: Readonly<Record<SslMode, readonly Way[]>> = {
  disable: ['plain'],
  allow: ['plain', 'tls'],
  prefer: ['tls', 'plain'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
};

/** @throws MosaicError INVALID_INPUT for parameters that contradict each other */
export function readEncryption(
  given: Parameters,
  set: (name: string) => string | undefined,
  host: string,
  home: string,
): Encryption {
  const rootCertificate = given.sslrootcert ?? set('PGSSLROOTCERT') ?? null;
  const mode =
    oneOf('sslmode', given.sslmode, MODES) ??
    oneOf('PGSSLMODE', set('PGSSLMODE'), MODES) ??
    modeOfRoot(given.sslrootcert ?? (rootCertificate === 'system' ? 'system' : undefined)) ??
    modeOfHost(host);
  const negotiation = given.sslnegotiation ?? set('PGSSLNEGOTIATION');
  const channelBinding = given.channel_binding ?? set('PGCHANNELBINDING');
  const encryption = {
    // A socket is a file of this machine: nobody listens in, and no server speaks TLS there.
    ways: isSocketFolder(host) ? WAYS.disable : WAYS[mode],
    ...authorityOf(mode, rootCertificate, home),
    ...clientCertificate(given, set, STRICT.includes(mode) ? home : null),
    negotiation: oneOf('sslnegotiation', negotiation, ['postgres', 'direct']) ?? 'postgres',
    // Not every certificate can be bound to, so it is used where it is asked for.
    channelBinding: oneOf('channel_binding', channelBinding, ['disable', 'prefer', 'require']) ?? 'disable',
  } as const;
  if (encryption.negotiation === 'direct' && !STRICT.includes(mode)) {
    throw refusedUrl('sslnegotiation=direct needs TLS.', `Write sslmode as one of: ${STRICT.join(', ')}.`);
  }
  if (encryption.channelBinding !== 'require') return encryption;
  if (encryption.ways.includes('tls')) return { ...encryption, ways: ['tls'] };
  throw refusedUrl('channel_binding=require needs TLS, and this address has none.', 'Write channel_binding=prefer.');
}

/** Who names an authority wants it asked. */
function modeOfRoot(rootCertificate: string | undefined): SslMode | undefined {
  if (rootCertificate === undefined) return undefined;
  return rootCertificate === 'system' ? 'verify-full' : 'verify-ca';
}

/** Elsewhere a listener may be on the way; here TLS would cost each command a few round trips for nothing. */
function modeOfHost(host: string): SslMode {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host) ? 'allow' : 'prefer';
}

function authorityOf(
  mode: SslMode,
  rootCertificate: string | null,
  home: string,
): Pick<Encryption, 'check' | 'authorities'> {
  if (rootCertificate === 'system' && mode !== 'verify-full') {
    throw refusedUrl(
      `sslrootcert=system trusts every public authority, and sslmode=${mode} any name that they have signed.`,
      'Write sslmode=verify-full.',
    );
  }
  const file = rootCertificate ?? (STRICT.includes(mode) ? ifThere(`${home}/.postgresql/root.crt`) : null);
  if (mode === 'verify-full') {
    return { check: 'host', authorities: file === null || file === 'system' ? 'system' : { file } };
  }
  if (file !== null && mode !== 'disable') return { check: 'authority', authorities: { file } };
  if (mode !== 'verify-ca') return { check: 'nothing', authorities: 'system' };
  throw refusedUrl(
    'sslmode=verify-ca needs the certificate of the authority that signed the server’s.',
    'Add sslrootcert=FILE, or write sslmode=verify-full.',
  );
}

function clientCertificate(
  given: Parameters,
  set: (name: string) => string | undefined,
  home: string | null,
): Pick<Encryption, 'certificateFile' | 'keyFile'> {
  const named = given.sslcert ?? set('PGSSLCERT') ?? null;
  const namedKey = given.sslkey ?? set('PGSSLKEY') ?? null;
  const certificateFile = named ?? (home === null ? null : ifThere(`${home}/.postgresql/postgresql.crt`));
  if (certificateFile === null) {
    if (namedKey === null) return { certificateFile: null, keyFile: null };
    throw refusedUrl('sslkey is given without its certificate.', 'Add sslcert=FILE.');
  }
  const keyFile = namedKey ?? (home === null ? null : ifThere(`${home}/.postgresql/postgresql.key`));
  if (keyFile !== null) return { certificateFile, keyFile };
  throw refusedUrl('sslcert is given without its key.', 'Add sslkey=FILE.');
}

function ifThere(file: string): string | null {
  return existsSync(file) ? file : null;
}
