import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (args: string[]) => promisify(execFile)('openssl', args);

export const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Files with a certificate and its key. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** An authority that signs certificates for this machine. */
export async function newAuthority(folder: string, name: string) {
  const own: CertificateFiles = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl([
    'req',
    '-x509',
    ...curve,
    '-keyout',
    own.key,
    '-out',
    own.cert,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
  ]);
  return {
    ...own,
    /** @param days until it runs out; below zero: it has */
    async sign(who: string, days = 2): Promise<CertificateFiles> {
      const [key, request, cert, extension] = ['key', 'csr', 'pem', 'ext'].map((ending) =>
        join(folder, `${name}-${who}.${ending}`),
      ) as [string, string, string, string];
      await openssl(['req', ...curve, '-keyout', key, '-out', request, '-subj', `/CN=${who}`]);
      await writeFile(extension, 'subjectAltName=DNS:localhost,IP:127.0.0.1');
      const by = ['-CA', own.cert, '-CAkey', own.key, '-CAcreateserial', '-extfile', extension];
      await openssl(['x509', '-req', '-in', request, ...by, '-days', String(days), '-out', cert]);
      return { cert, key };
    },
  };
}
