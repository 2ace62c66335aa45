/** Authorities and certificates for the tests of TLS, made by openssl in a folder of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Signed {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  readonly file: string;
  readonly certificate: string;
  /** @param alternatives such as `DNS:localhost,IP:127.0.0.1` */
  sign(name: string, alternatives?: string): Promise<Signed>;
}

export interface Certificates {
  authority(name: string): Promise<Authority>;
  remove(): Promise<void>;
}

export async function newCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'mosaic-certificates-'));
  let made = 0;
  const openssl = async (...words: readonly string[]): Promise<void> => {
    await promisify(execFile)('openssl', [...words], { cwd: folder });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = async (name: string): Promise<Authority> => {
    const ours = join(folder, `${(made += 1)}`);
    const words = ['-x509', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${ours}.key`, '-out', `${ours}.crt`];
    await openssl('req', ...newKey, ...words);
    return {
      file: `${ours}.crt`,
      certificate: await readFile(`${ours}.crt`, 'utf8'),
      async sign(subject, alternatives) {
        const theirs = join(folder, `${(made += 1)}`);
        const keyFile = `${theirs}.key`;
        await openssl('req', ...newKey, '-subj', `/CN=${subject}`, '-keyout', keyFile, '-out', `${theirs}.csr`);
        await writeFile(`${theirs}.ext`, alternatives === undefined ? '' : `subjectAltName=${alternatives}\n`);
        const signedBy = ['-CA', `${ours}.crt`, '-CAkey', `${ours}.key`, '-CAcreateserial', '-days', '2'];
        const files = ['-in', `${theirs}.csr`, '-extfile', `${theirs}.ext`, '-out', `${theirs}.crt`];
        await openssl('x509', '-req', ...signedBy, ...files);
        const [certificate, key] = await Promise.all([readFile(`${theirs}.crt`, 'utf8'), readFile(keyFile, 'utf8')]);
        return { certificateFile: `${theirs}.crt`, keyFile, certificate, key };
      },
    };
  };
  return { authority, remove: () => rm(folder, { recursive: true }) };
}
