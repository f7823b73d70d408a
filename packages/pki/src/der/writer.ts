import { DER_TAG } from './reader.ts';

/** An element of this tag around these parts. @spec X.690 §8.1, §10.1 */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  return Buffer.concat([header(tag, length), ...parts]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer =>
  element(DER_TAG.sequence, ...parts);

export const set = (part: Uint8Array): Buffer => element(DER_TAG.set, part);

export const octetString = (content: Uint8Array): Buffer => element(DER_TAG.octetString, content);

/** Whole bytes of bits. */
export const bitString = (content: Uint8Array): Buffer =>
  element(DER_TAG.bitString, Buffer.of(0), content);

export const utf8String = (text: string): Buffer => element(DER_TAG.utf8String, Buffer.from(text));

/** A number that is not negative, big-endian. @spec X.690 §8.3 */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  // The highest bit is the sign's.
  const pad = (shortest[0] ?? 0x80) & 0x80 ? Buffer.of(0) : Buffer.alloc(0);
  return element(DER_TAG.integer, pad, shortest);
}

/** Of a name in dots, such as `2.5.4.3`. @spec X.690 §8.19 */
export function objectIdentifier(name: string): Buffer {
  const [first = 0, second = 0, ...rest] = name.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return element(DER_TAG.objectIdentifier, Buffer.from(bytes));
}

/** Whole seconds of a time: UTCTime through 2049, GeneralizedTime from then on. @spec RFC 5280 §4.1.2.5 */
export function time(timeMs: number): Buffer {
  const digits = new Date(timeMs)
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
    .replaceAll(/[-:T]/g, '');
  const isLate = new Date(timeMs).getUTCFullYear() >= 2050;
  return isLate
    ? element(DER_TAG.generalizedTime, Buffer.from(digits))
    : element(DER_TAG.utcTime, Buffer.from(digits.slice(2)));
}

/** @param label `CERTIFICATE`, … @spec RFC 7468 §2 */
export function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.of(tag, length);
  if (length < 0x100) return Buffer.of(tag, 0x81, length);
  if (length < 0x10000) return Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  throw new RangeError('no element here is that long');
}
