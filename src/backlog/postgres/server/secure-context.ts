/** What TLS needs to know for one server: the files that its URL names, read and understood before anything is sent. */
import { readFile } from 'node:fs/promises';
import { createSecureContext, type ConnectionOptions } from 'node:tls';
import { MosaicError } from '../../../errors.ts';
import type { ServerAddress } from './server-address.ts';

/** Where systems keep the authorities that they trust: an authority of the house is there, and not among Node's own. */
const SYSTEM_AUTHORITIES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** @throws MosaicError INVALID_INPUT for a file that is missing or holds something else */
export async function tlsOptionsOf(address: ServerAddress): Promise<ConnectionOptions> {
  const { check, certificateFile, keyFile } = address.encryption;
  const key = await readNamed('sslkey', keyFile);
  const certificate = await readNamed('sslcert', certificateFile);
  const passphrase = address.keyPassword;
  const identity = certificate === null || key === null ? {} : { cert: certificate, key };
  try {
    return {
      secureContext: createSecureContext({
        ...identity,
        ...(passphrase === undefined ? {} : { passphrase }),
        ...(await authoritiesOf(address)),
      }),
      rejectUnauthorized: check !== 'nothing',
      ...(check === 'host' ? {} : { checkServerIdentity: () => undefined }),
    };
  } catch (error) {
    if (error instanceof MosaicError) throw error;
    // The system's words may quote what is in a file, so they are not repeated.
    const files = [certificateFile, keyFile, authorityFile(address)].filter((file) => file !== null);
    throw new MosaicError({
      code: 'INVALID_INPUT',
      message: `The certificates or the key for ${address.shown} cannot be used (${files.join(', ')}). Nothing was changed.`,
      hint: 'They are to be PEM files, the key to fit the certificate, and its password, if it has one, in sslpassword.',
    });
  }
}

async function authoritiesOf(address: ServerAddress): Promise<{ readonly ca?: string | string[] }> {
  if (address.encryption.check === 'nothing') return { ca: [] };
  const file = authorityFile(address);
  if (file !== null) return { ca: (await readNamed('sslrootcert', file)) ?? [] };
  const candidates = [process.env['SSL_CERT_FILE'] ?? '', ...SYSTEM_AUTHORITIES];
  for (const candidate of candidates.filter((path) => path !== '')) {
    const text = await readFile(candidate, 'utf8').catch(() => null);
    if (text !== null) return { ca: text };
  }
  // Those that Node brings along.
  return {};
}

function authorityFile({ encryption: { authorities } }: ServerAddress): string | null {
  return authorities === 'system' ? null : authorities.file;
}

async function readNamed(parameter: string, file: string | null): Promise<string | null> {
  if (file === null) return null;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason';
    throw new MosaicError({
      code: 'INVALID_INPUT',
      message: `The file ${file} (${parameter}) cannot be read: ${code}. Nothing was changed.`,
      hint: `Correct ${parameter} in the database URL, or the rights to the file.`,
      cause: error,
    });
  }
}
