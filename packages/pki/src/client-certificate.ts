import { hash, type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  element,
  integer,
  objectIdentifier,
  octetString,
  pemOf,
  sequence,
  set,
  time,
  utf8String,
} from './der/writer.ts';
import { nameText } from './distinguished-name.ts';
import { publicPoint } from './key-pair.ts';

/** What a client's certificate says; all of it is decided by the authority. */
export interface ClientLeaf {
  /** Hex, 32 digits, positive. */
  readonly serial: string;
  /** Milliseconds since 1970, whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly commonName: string;
  readonly uri: string;
  /** DER SubjectPublicKeyInfo of a P-256 key. */
  readonly spki: Uint8Array;
}

/** Whose signature it bears. */
export interface LeafIssuer {
  /** DER Name, byte for byte as the authority's certificate has it. */
  readonly name: Uint8Array;
  readonly privateKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

// @spec RFC 5758 §3.2: no parameters
export const ECDSA_WITH_SHA256: Buffer = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = objectIdentifier('2.5.4.3');
const VERSION_3 = element(0xa0, integer(Buffer.of(2)));
const CRITICAL = Buffer.of(0x01, 0x01, 0xff);

/** The same in every client's certificate. @spec RFC 5280 §4.2.1.9, §4.2.1.3, §4.2.1.12 */
const FIXED_EXTENSIONS = Buffer.concat([
  // An empty sequence: no authority.
  extension('2.5.29.19', sequence(), CRITICAL),
  // digitalSignature, the first of the bits; seven are unused.
  extension('2.5.29.15', Buffer.of(0x03, 0x02, 0x07, 0x80), CRITICAL),
  extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.2'))),
]);

/**
 * A client's certificate, signed: PEM. Nothing is checked of `spki` here.
 * @spec RFC 5280 §4.1
 */
export function clientCertificate(leaf: ClientLeaf, issuer: LeafIssuer): string {
  const body = sequence(
    VERSION_3,
    integer(Buffer.from(leaf.serial, 'hex')),
    ECDSA_WITH_SHA256,
    issuer.name,
    sequence(time(leaf.notBefore), time(leaf.notAfter)),
    distinguishedName(leaf.commonName),
    leaf.spki,
    element(
      0xa3,
      sequence(
        FIXED_EXTENSIONS,
        extension('2.5.29.17', sequence(element(0x86, ia5(leaf.uri)))),
        extension('2.5.29.35', sequence(element(0x80, keyIdentifier(issuer.spki)))),
        extension('2.5.29.14', octetString(keyIdentifier(leaf.spki))),
      ),
    ),
  );
  return pemOf('CERTIFICATE', signed(body, issuer.privateKey));
}

/** `body` with its signature: the form that certificates and requests share. @spec RFC 5280 §4.1.1, RFC 2986 §4.2 */
export function signed(body: Buffer, privateKey: KeyObject): Buffer {
  return sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, privateKey)));
}

/** A name that is one common name; the text is data. @spec RFC 5280 §4.1.2.4 */
export function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(COMMON_NAME, utf8String(nameText(commonName)))));
}

/** @spec RFC 5280 §4.1.2.9 */
function extension(name: string, value: Buffer, critical: Buffer = Buffer.alloc(0)): Buffer {
  return sequence(objectIdentifier(name), critical, octetString(value));
}

/** SHA-1 of the public key's bits: a name for it, no protection. @spec RFC 5280 §4.2.1.2 (1) */
function keyIdentifier(spki: Uint8Array): Buffer {
  return hash('sha1', publicPoint(spki), 'buffer');
}

function ia5(text: string): Buffer {
  if (!/^[!-~]+$/.test(text)) throw new TypeError('a URI holds nothing but printable ASCII');
  return Buffer.from(text, 'latin1');
}
