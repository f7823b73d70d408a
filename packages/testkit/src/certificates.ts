import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { createKeyAndCsr, type Issuer, openLocalCa } from '@moorline/pki';

export interface KeyAndCertificate {
  readonly key: string;
  /** PEM. */
  readonly cert: string;
  /** Lower-case hex; the client's certificate only. */
  readonly serial: string;
}

/** A real certificate authority in a folder of its own, which goes with it. */
export interface TestCertificates extends AsyncDisposable {
  readonly issuer: Issuer;
  readonly folder: string;
  /** For `localhost`, `127.0.0.1` and `::1`, ready for a listener: with `ca` set to this authority. */
  server(): Promise<{ readonly cert: string; readonly key: string; readonly ca: string }>;
  /** @param uri its name, e.g. `urn:moorline:device:<uuid>` */
  client(uri: string, lifeMs?: number): Promise<KeyAndCertificate>;
}

export async function testCertificates(name: string = 'Test'): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-pki-'));
  const issuer = await openLocalCa({
    folder,
    name,
    clock: systemClock,
    entropy: systemEntropy,
    logger: silentLogger,
  });
  return {
    issuer,
    folder,
    async server() {
      const { cert, key } = await issuer.issueServer(['localhost', '127.0.0.1', '::1']);
      return { cert, key, ca: issuer.caCertificate };
    },
    async client(uri, lifeMs = 3_600_000) {
      const { privateKey, csr } = await createKeyAndCsr('test');
      const profile = { kind: 'client', uri, commonName: 'test', lifeMs } as const;
      const { pem, serial } = await issuer.issueFromCsr(csr, profile);
      return { key: privateKey, cert: pem, serial };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
