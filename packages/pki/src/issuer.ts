import 'reflect-metadata';
import { type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type Clock, type Entropy, rfc3339 } from '@moorline/kernel';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as PeculiarCertificate,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { clientCertificate, type LeafIssuer } from './client-certificate.ts';
import { readCsr } from './csr.ts';
import { sha256Hex } from './digest.ts';
import { nameText, subjectName } from './distinguished-name.ts';
import { pkiErrors } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import { exportPrivateKey, generateKeyPair, KEY_ALGORITHM, SIGNING_ALGORITHM } from './key-pair.ts';
import { lifetime, renewAfter, SERVER_LIFE_MS } from './lifetime.ts';

export interface IssuedCertificate {
  readonly pem: string;
  /** Lower-case hex, 32 digits. */
  readonly serial: string;
  /** SHA-256 of the public key (DER SubjectPublicKeyInfo): lower-case hex. */
  readonly keyFingerprint: string;
  /** Milliseconds since 1970, like the other two. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Two thirds of the life. */
  readonly renewAfter: number;
}

export interface ClientProfile {
  readonly kind: 'client';
  /** The one subjectAltName: `urn:moorline:device:<uuid>`, `urn:moorline:connector:<uuid>`. */
  readonly uri: string;
  /** For people; controls are dropped and it is cut at 64 characters. */
  readonly commonName: string;
  readonly lifeMs: number;
}

export interface ServerCertificate {
  /** PEM: the leaf, then the CA, so that a client can pin the root. */
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** An authority's certificate authority. Keeps no list of what it issued: that is the caller's. */
export interface Issuer {
  /** PEM. */
  readonly caCertificate: string;
  /** SHA-256 of the DER: lower-case hex, no colons. */
  readonly caFingerprint: string;
  /**
   * Signs the public key of a request, with the names that the caller decided; the caller has authorized it.
   * No life goes past the authority's own.
   * @throws `pki.csr_malformed`, `pki.csr_key_type`, `pki.csr_signature`, `pki.csr_requests_ca`, `pki.ca_expired`
   */
  issueFromCsr(csrPem: string, profile: ClientProfile): Promise<IssuedCertificate>;
  /**
   * Makes a key and a certificate for this host under `names` (DNS names and IP addresses).
   * @param lifeMs default 30 days
   * @throws `pki.server_name_invalid`, `pki.ca_expired`
   */
  issueServer(names: readonly string[], lifeMs?: number): Promise<ServerCertificate>;
}

export interface IssuerParts {
  readonly caCertificate: string;
  readonly privateKey: KeyObject;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

export function createIssuer(parts: IssuerParts): Issuer {
  const { caCertificate, clock, entropy } = parts;
  const ca = new X509Certificate(caCertificate);
  const caSpki = new Uint8Array(ca.publicKey.export({ format: 'der', type: 'spki' }));
  const caKey = new PublicKey(caSpki);
  const caName = new PeculiarCertificate(caCertificate).subjectName;
  const caEndMs = ca.validToDate.getTime();
  const signingKey = parts.privateKey.toCryptoKey({ ...KEY_ALGORITHM, hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const leafIssuer: LeafIssuer = {
    name: new Uint8Array(caName.toArrayBuffer()),
    privateKey: parts.privateKey,
    spki: caSpki,
  };

  /** Life and serial of a certificate that is made now. @throws `pki.ca_expired` */
  function terms(lifeMs: number): Omit<IssuedCertificate, 'pem' | 'keyFingerprint'> {
    const now = clock.now();
    if (now >= caEndMs) {
      throw pkiErrors.caExpired({ name: nameText(ca.subject), notAfter: rfc3339(caEndMs) });
    }
    const { notBefore, notAfter } = lifetime(now, lifeMs, caEndMs);
    const serial = randomSerial(entropy);
    return { serial, notBefore, notAfter, renewAfter: renewAfter(notBefore, notAfter) };
  }

  return {
    caCertificate,
    caFingerprint: fingerprintOf(ca),
    async issueFromCsr(csrPem, profile) {
      const spki = await readCsr(csrPem);
      const leaf = terms(profile.lifeMs);
      const { commonName, uri } = profile;
      const pem = clientCertificate({ ...leaf, commonName, uri, spki }, leafIssuer);
      return { ...leaf, pem, keyFingerprint: sha256Hex(spki) };
    },
    async issueServer(names, lifeMs = SERVER_LIFE_MS) {
      const unique = [...new Set(names)];
      const generalNames = unique.map(serverName);
      const [first] = unique;
      if (first === undefined) throw pkiErrors.serverNameInvalid({ name: '' });
      const keys = await generateKeyPair();
      const { serial, notBefore, notAfter } = terms(lifeMs);
      const certificate = await X509CertificateGenerator.create({
        serialNumber: serial,
        subject: subjectName(first),
        issuer: caName,
        notBefore: new Date(notBefore),
        notAfter: new Date(notAfter),
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: SIGNING_ALGORITHM,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(generalNames),
          await AuthorityKeyIdentifierExtension.create(caKey),
          await SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return {
        cert: `${certificate.toString('pem')}\n${caCertificate}`,
        key: await exportPrivateKey(keys.privateKey),
        notAfter,
      };
    },
  };
}

function serverName(name: string): JsonGeneralName {
  if (isIP(name) !== 0) return { type: 'ip', value: name };
  if (!DNS_NAME.test(name)) throw pkiErrors.serverNameInvalid({ name: nameText(name) });
  return { type: 'dns', value: name };
}

/** 128 bits: positive, never shortened, unique without a counter. @spec RFC 5280 §4.1.2.2 */
export function randomSerial(entropy: Entropy): string {
  const bytes = Buffer.from(entropy.bytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
