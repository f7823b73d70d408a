import 'reflect-metadata';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { X509CertificateGenerator } from '@peculiar/x509';
import { meshCentralFolder } from './server.ts';

/** An agent of MeshCentral is its RSA key, shown in a certificate that it signed itself. */
export interface MeshAgentKey {
  readonly key: KeyObject;
  /** DER. */
  readonly certificate: Buffer;
}

interface StoredKey {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** Base64 of the DER. */
  readonly certificate: string;
}

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' } as const;
const YEAR_MS = 365 * 86_400_000;

/** RSA keys take long to make: those of earlier runs are used again. */
export async function meshAgentKeys(count: number): Promise<readonly MeshAgentKey[]> {
  const file = join(meshCentralFolder(), 'agent-keys.json');
  const stored: StoredKey[] = await readFile(file, 'utf8').then(
    (text): StoredKey[] => JSON.parse(text),
    () => [],
  );
  const missing = Math.max(0, count - stored.length);
  if (missing > 0) {
    stored.push(...(await Promise.all(Array.from({ length: missing }, makeKey))));
    await writeFile(file, JSON.stringify(stored));
  }
  return stored.slice(0, count).map(({ key, certificate }) => ({
    key: createPrivateKey(key),
    certificate: Buffer.from(certificate, 'base64'),
  }));
}

async function makeKey(): Promise<StoredKey> {
  const keys = await crypto.subtle.generateKey(
    { ...ALGORITHM, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  );
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=bench',
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 10 * YEAR_MS),
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: Buffer.from(certificate.rawData).toString('base64'),
  };
}
