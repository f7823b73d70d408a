import { generateKeyPair, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { MoorlineError } from '@moorline/kernel';
import { distinguishedName, signed } from './client-certificate.ts';
import { DER_TAG, type DerElement, derElement, derReader } from './der/reader.ts';
import { element, integer, objectIdentifier, pemOf, sequence } from './der/writer.ts';
import { pkiErrors } from './errors.ts';
import { isP256, publicKeyOf } from './key-pair.ts';

const MAX_CSR_LENGTH = 8192;
const PEM =
  /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1?CERTIFICATE REQUEST-----\s*$/;
const ATTRIBUTES = 0xa0;

/** ecdsa-with-SHA256, -384, -512, without parameters. @spec RFC 5758 §3.2 */
const SIGNATURES: ReadonlyMap<string, string> = new Map(
  [
    ['1.2.840.10045.4.3.2', 'sha256'],
    ['1.2.840.10045.4.3.3', 'sha384'],
    ['1.2.840.10045.4.3.4', 'sha512'],
  ].map(([name = '', digest = '']) => [hexOf(sequence(objectIdentifier(name))), digest]),
);
/** @spec RFC 2985 §5.4.2 */
const EXTENSION_REQUEST = hexOf(objectIdentifier('1.2.840.113549.1.9.14'));
const BASIC_CONSTRAINTS = hexOf(objectIdentifier('2.5.29.19'));
const KEY_USAGE = hexOf(objectIdentifier('2.5.29.15'));
// Bits 5 and 6 of the first byte, counted from its highest. @spec RFC 5280 §4.2.1.3
const KEY_CERT_SIGN_OR_CRL_SIGN = 0x04 | 0x02;

/** A request taken apart; nothing of it is verified. */
interface Request {
  /** What is signed. */
  readonly body: Buffer;
  readonly spki: Buffer;
  /** Contents of the attributes that ask for extensions. */
  readonly attributes: readonly DerElement[];
  readonly algorithm: Buffer;
  readonly signature: Buffer;
}

const makeKeyPair = promisify(generateKeyPair);

/**
 * Makes an ECDSA P-256 key and a certificate request for it; neither is stored.
 * @returns PEM: the key as PKCS #8, the request as PKCS #10
 * @spec RFC 2986 §4
 */
export async function createKeyAndCsr(
  commonName: string,
): Promise<{ privateKey: string; csr: string }> {
  const { publicKey, privateKey } = await makeKeyPair('ec', { namedCurve: 'P-256' });
  const body = sequence(
    integer(Buffer.of(0)),
    distinguishedName(commonName),
    publicKey.export({ format: 'der', type: 'spki' }),
    element(ATTRIBUTES),
  );
  return {
    privateKey: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    csr: pemOf('CERTIFICATE REQUEST', signed(body, privateKey)),
  };
}

/**
 * The public key of a request whose sender proved to have it: nothing else of a request is ever used.
 * @returns DER SubjectPublicKeyInfo
 * @throws `pki.csr_malformed`, `pki.csr_key_type`, `pki.csr_signature`, `pki.csr_requests_ca`
 * @spec RFC 2986 §4
 */
export async function readCsr(pem: string): Promise<Uint8Array<ArrayBuffer>> {
  const request = orMalformed(() => parse(pem));
  const spki = new Uint8Array(request.spki);
  if (!isP256(spki)) throw pkiErrors.csrKeyType();
  const key = orMalformed(() => publicKeyOf(spki));
  const digest = SIGNATURES.get(hexOf(request.algorithm));
  if (digest === undefined || !verify(digest, request.body, key, request.signature)) {
    throw pkiErrors.csrSignature();
  }
  orMalformed(() => refuseAuthority(request.attributes));
  return spki;
}

function parse(pem: string): Request {
  const base64 = pem.length <= MAX_CSR_LENGTH ? PEM.exec(pem)?.[2] : undefined;
  if (base64 === undefined) throw malformed();
  const whole = derReader(derElement(Buffer.from(base64, 'base64'), DER_TAG.sequence).content);
  const body = whole.next(DER_TAG.sequence);
  const algorithm = whole.next(DER_TAG.sequence).encoded;
  const signature = whole.next(DER_TAG.bitString).content;
  whole.end();
  if (signature[0] !== 0) throw malformed();
  return { ...parseBody(body), algorithm, signature: signature.subarray(1) };
}

function parseBody({
  encoded,
  content,
}: DerElement): Pick<Request, 'body' | 'spki' | 'attributes'> {
  const reader = derReader(content);
  const version = reader.next(DER_TAG.integer).content;
  if (version.length !== 1 || version[0] !== 0) throw malformed();
  checkName(reader.next(DER_TAG.sequence));
  const spki = reader.next(DER_TAG.sequence).encoded;
  // Some leave out an empty list, where the standard has it always.
  const list = reader.optional(ATTRIBUTES);
  reader.end();
  const attributes: DerElement[] = [];
  for (const attribute of list ? elementsOf(list) : []) {
    const parts = derReader(expect(attribute, DER_TAG.sequence).content);
    const name = hexOf(parts.next(DER_TAG.objectIdentifier).encoded);
    const values = parts.next(DER_TAG.set);
    parts.end();
    if (name === EXTENSION_REQUEST) attributes.push(values);
  }
  return { body: encoded, spki, attributes };
}

/** @spec RFC 5280 §4.1.2.4 */
function checkName(name: DerElement): void {
  for (const relative of elementsOf(name)) {
    for (const pair of elementsOf(expect(relative, DER_TAG.set))) {
      const parts = derReader(expect(pair, DER_TAG.sequence).content);
      parts.next(DER_TAG.objectIdentifier);
      parts.any();
      parts.end();
    }
  }
}

/** Looks at every extension that is asked for; those that give no power over others are let pass. */
function refuseAuthority(attributes: readonly DerElement[]): void {
  for (const list of attributes.flatMap(elementsOf)) {
    for (const extension of elementsOf(expect(list, DER_TAG.sequence))) {
      const parts = derReader(expect(extension, DER_TAG.sequence).content);
      const name = hexOf(parts.next(DER_TAG.objectIdentifier).encoded);
      parts.optional(DER_TAG.boolean);
      const value = parts.next(DER_TAG.octetString).content;
      parts.end();
      if (name === BASIC_CONSTRAINTS && saysAuthority(value)) {
        throw pkiErrors.csrRequestsCa({ extension: 'basicConstraints CA:TRUE' });
      }
      if (name === KEY_USAGE && saysSigning(value)) {
        throw pkiErrors.csrRequestsCa({ extension: 'keyUsage keyCertSign or cRLSign' });
      }
    }
  }
}

/** @spec RFC 5280 §4.2.1.9 */
function saysAuthority(value: Buffer): boolean {
  const flag = derReader(derElement(value, DER_TAG.sequence).content).optional(DER_TAG.boolean);
  // DER has one byte for true; whatever is not false is taken for it.
  return flag !== undefined && !(flag.content.length === 1 && flag.content[0] === 0);
}

/** @spec RFC 5280 §4.2.1.3 */
function saysSigning(value: Buffer): boolean {
  const { content } = derElement(value, DER_TAG.bitString);
  return ((content[1] ?? 0) & KEY_CERT_SIGN_OR_CRL_SIGN) !== 0;
}

function elementsOf({ content }: DerElement): DerElement[] {
  const reader = derReader(content);
  const elements: DerElement[] = [];
  while (!reader.isAtEnd()) elements.push(reader.any());
  return elements;
}

function expect(found: DerElement, tag: number): DerElement {
  if (found.tag !== tag) throw malformed();
  return found;
}

function hexOf(bytes: Buffer): string {
  return bytes.toString('hex');
}

function orMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof MoorlineError ? error : malformed(error);
  }
}

function malformed(cause?: unknown): MoorlineError {
  return pkiErrors.csrMalformed({ maxLength: MAX_CSR_LENGTH }, { cause });
}
