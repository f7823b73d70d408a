import 'reflect-metadata';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Clock, Entropy, Logger } from '@moorline/kernel';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { caStore } from './ca-store.ts';
import { subjectName } from './distinguished-name.ts';
import { pkiErrors } from './errors.ts';
import { createIssuer, type Issuer, randomSerial } from './issuer.ts';
import { exportPrivateKey, generateKeyPair, SIGNING_ALGORITHM } from './key-pair.ts';
import { CA_LIFE_MS, lifetime } from './lifetime.ts';

export interface LocalCaOptions {
  /** Made when missing; holds `authority.pem` (key and certificate, 0600) and `ca.pem` (certificate). */
  readonly folder: string;
  /** The authority's name: becomes the CA's common name, `<name> CA`. */
  readonly name: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

/**
 * Opens the certificate authority in `folder`; makes it (ECDSA P-256, 10 years) at the first time. A kill at
 * any point leaves either none or a whole one; two processes at once end with the same one.
 * @throws `pki.ca_unreadable`
 */
export async function openLocalCa(options: LocalCaOptions): Promise<Issuer> {
  const { clock, entropy } = options;
  const store = caStore(options.folder, () => Buffer.from(entropy.bytes(8)).toString('hex'));
  let pem = await store.read();
  if (pem === undefined) {
    await store.create(await createCa(options));
    pem = await store.read();
    options.logger.info({ file: store.secretFile }, 'certificate authority created');
  }
  const authority = await load(pem ?? '', store.secretFile);
  await store.publish(authority.caCertificate);
  return createIssuer({ ...authority, clock, entropy });
}

async function createCa(options: LocalCaOptions): Promise<string> {
  const keys = await generateKeyPair();
  const { notBefore, notAfter } = lifetime(options.clock.now(), CA_LIFE_MS);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(options.entropy),
    name: subjectName(`${options.name} CA`),
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await AuthorityKeyIdentifierExtension.create(keys.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${await exportPrivateKey(keys.privateKey)}${certificate.toString('pem')}\n`;
}

async function load(
  pem: string,
  file: string,
): Promise<{ caCertificate: string; privateKey: KeyObject }> {
  try {
    const certificate = new X509Certificate(pem);
    const privateKey = createPrivateKey(pem);
    if (!certificate.ca || !certificate.checkPrivateKey(privateKey)) {
      throw new Error('its key and its certificate do not belong together');
    }
    return { caCertificate: certificate.toString(), privateKey };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw pkiErrors.caUnreadable({ file, reason }, { cause });
  }
}
