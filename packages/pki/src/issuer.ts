import 'reflect-metadata';
import { type webcrypto, X509Certificate } from 'node:crypto';
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
import { readCsr } from './csr.ts';
import { nameText, subjectName } from './distinguished-name.ts';
import { pkiErrors } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import { exportPrivateKey, generateKeyPair, SIGNING_ALGORITHM } from './key-pair.ts';
import { lifetime, renewAfter, SERVER_LIFE_MS } from './lifetime.ts';

export interface IssuedCertificate {
  readonly pem: string;
  /** Lower-case hex, 32 digits. */
  readonly serial: string;
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
  readonly signingKey: webcrypto.CryptoKey;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

const DNS_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

export function createIssuer(parts: IssuerParts): Issuer {
  const { caCertificate, clock, entropy } = parts;
  const ca = new X509Certificate(caCertificate);
  const caKey = new PublicKey(new Uint8Array(ca.publicKey.export({ format: 'der', type: 'spki' })));
  const caName = new PeculiarCertificate(caCertificate).subjectName;
  const caEndMs = ca.validToDate.getTime();

  async function issue(leaf: {
    spki: Uint8Array<ArrayBuffer>;
    commonName: string;
    lifeMs: number;
    usage: ExtendedKeyUsage;
    names: JsonGeneralName[];
  }): Promise<IssuedCertificate> {
    const now = clock.now();
    if (now >= caEndMs) {
      throw pkiErrors.caExpired({ name: nameText(ca.subject), notAfter: rfc3339(caEndMs) });
    }
    const { notBefore, notAfter } = lifetime(now, leaf.lifeMs, caEndMs);
    const serial = randomSerial(entropy);
    const publicKey = new PublicKey(leaf.spki);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial,
      subject: subjectName(leaf.commonName),
      issuer: caName,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      publicKey,
      signingKey: parts.signingKey,
      signingAlgorithm: SIGNING_ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([leaf.usage]),
        new SubjectAlternativeNameExtension(leaf.names),
        await AuthorityKeyIdentifierExtension.create(caKey),
        await SubjectKeyIdentifierExtension.create(publicKey),
      ],
    });
    return {
      pem: `${certificate.toString('pem')}\n`,
      serial,
      notBefore,
      notAfter,
      renewAfter: renewAfter(notBefore, notAfter),
    };
  }

  return {
    caCertificate,
    caFingerprint: fingerprintOf(ca),
    async issueFromCsr(csrPem, profile) {
      const spki = await readCsr(csrPem);
      return issue({
        spki,
        commonName: profile.commonName,
        lifeMs: profile.lifeMs,
        usage: ExtendedKeyUsage.clientAuth,
        names: [{ type: 'url', value: profile.uri }],
      });
    },
    async issueServer(names, lifeMs = SERVER_LIFE_MS) {
      const unique = [...new Set(names)];
      const generalNames = unique.map(serverName);
      const [first] = unique;
      if (first === undefined) throw pkiErrors.serverNameInvalid({ name: '' });
      const keys = await generateKeyPair();
      const spki = new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey));
      const leaf = await issue({
        spki,
        commonName: first,
        lifeMs,
        usage: ExtendedKeyUsage.serverAuth,
        names: generalNames,
      });
      return {
        cert: leaf.pem + caCertificate,
        key: await exportPrivateKey(keys.privateKey),
        notAfter: leaf.notAfter,
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
