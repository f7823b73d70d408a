import { type KeyObject, sign } from 'node:crypto';

/** A certificate or request taken apart, so that others can be made of its bytes. */
export interface Signed {
  /** What is signed. */
  readonly signed: Buffer;
  /** The same document around another body, signed anew (ECDSA with SHA-256); PEM. */
  seal(body: Buffer, key: KeyObject): string;
}

/** @param pem of a certificate or a request @spec RFC 5280 §4.1, RFC 2986 §4 */
export function openSigned(pem: string): Signed {
  const label = /-----BEGIN ([^-]+)-----/.exec(pem)?.[1] ?? '';
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const start = contentStart(der, 0);
  const bodyEnd = elementEnd(der, start);
  const algorithm = der.subarray(bodyEnd, elementEnd(der, bodyEnd));
  return {
    signed: der.subarray(start, bodyEnd),
    seal(body, key) {
      const bits = element(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, key)]));
      const whole = element(0x30, Buffer.concat([body, algorithm, bits]));
      const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
      return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
    },
  };
}

/** Where these bytes are; they must be. */
export function placeOf(bytes: Buffer, wanted: Buffer): number {
  const at = bytes.indexOf(wanted);
  if (at < 0) throw new Error('the document is not written as expected');
  return at;
}

function contentStart(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function elementEnd(der: Buffer, at: number): number {
  const start = contentStart(der, at);
  const first = der[at + 1] ?? 0;
  return start + (first < 0x80 ? first : der.readUIntBE(at + 2, first & 0x7f));
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
