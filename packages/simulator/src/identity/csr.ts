import { generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export interface KeyAndCsr {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** PKCS #10, PEM. */
  readonly csr: string;
}

/** A new P-256 key and a request signed with it; nothing is stored. @spec RFC 2986 §4 */
export async function newKeyAndCsr(commonName: string): Promise<KeyAndCsr> {
  const { privateKey, publicKey } = await generate('ec', { namedCurve: 'prime256v1' });
  return {
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    csr: csrFor(privateKey, publicKey.export({ type: 'spki', format: 'der' }), commonName),
  };
}

// DER of AlgorithmIdentifier ecdsa-with-SHA256 and of the type commonName.
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const VERSION_0 = Buffer.from('020100', 'hex');
const NO_ATTRIBUTES = Buffer.from('a000', 'hex');
const SEQUENCE = 0x30;
const SET = 0x31;
const UTF8_STRING = 0x0c;
const BIT_STRING = 0x03;

function csrFor(key: KeyObject, spki: Buffer, commonName: string): string {
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName.slice(0, 64))))),
  );
  const info = der(SEQUENCE, VERSION_0, name, spki, NO_ATTRIBUTES);
  // ECDSA signatures in DER, as PKCS #10 has them, are what Node makes unless told otherwise.
  const signature = sign('sha256', info, key);
  const bytes = der(SEQUENCE, info, ECDSA_SHA256, der(BIT_STRING, Buffer.of(0), signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** One tag with its length and content. @spec ITU-T X.690 §8.1 */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? Buffer.of(tag, length)
      : length < 0x100
        ? Buffer.of(tag, 0x81, length)
        : Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  return Buffer.concat([head, content]);
}
