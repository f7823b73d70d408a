import { Buffer } from 'node:buffer';
import {
  compareBytes,
  lengthOf,
  NO_TEXT,
  PREFIX_BYTES,
  prefixOf,
  type TextSegment,
} from './text-segment.ts';

/** A text that rows are compared with. */
export interface Needle {
  readonly bytes: Uint8Array;
  readonly prefix: number;
  /** The prefixes of texts that begin with it are from `prefix` to this. */
  readonly lastPrefix: number;
}

export function needleOf(text: string): Needle {
  const bytes = Buffer.from(text, 'utf8');
  const missing = Math.max(PREFIX_BYTES - bytes.length, 0);
  const prefix = prefixOf(bytes, 0, bytes.length);
  return { bytes, prefix, lastPrefix: prefix + 256 ** missing - 1 };
}

/** Order of the row's text, null as the empty text, against the needle. */
export function compareToNeedle(segment: TextSegment, row: number, needle: Needle): number {
  const difference = (segment.prefixes[row] ?? 0) - needle.prefix;
  if (difference !== 0) return difference;
  const { bytes } = needle;
  return compareBytes(
    segment.bytes,
    segment.starts[row] ?? 0,
    lengthOf(segment, row),
    bytes,
    0,
    bytes.length,
  );
}

export function startsWith(segment: TextSegment, row: number, needle: Needle): boolean {
  const prefix = segment.prefixes[row] ?? 0;
  if (prefix < needle.prefix || prefix > needle.lastPrefix) return false;
  const { bytes } = needle;
  return (
    lengthOf(segment, row) >= bytes.length &&
    isAt(segment, segment.starts[row] ?? 0, bytes, PREFIX_BYTES)
  );
}

export function endsWith(segment: TextSegment, row: number, needle: Needle): boolean {
  const { bytes } = needle;
  const length = lengthOf(segment, row);
  const end = (segment.starts[row] ?? 0) + length;
  return length >= bytes.length && isAt(segment, end - bytes.length, bytes, 0);
}

export function contains(segment: TextSegment, row: number, needle: Needle): boolean {
  const length = segment.lengths[row] ?? NO_TEXT;
  if (length === NO_TEXT) return false;
  const { bytes } = needle;
  const first = bytes[0];
  if (first === undefined) return true;
  const start = segment.starts[row] ?? 0;
  const last = start + length - bytes.length;
  const haystack = segment.bytes;
  for (let at = start; at <= last; at++) {
    if (haystack[at] === first && isAt(segment, at, bytes, 1)) return true;
  }
  return false;
}

/** True when the bytes from `from` on stand there, the first of all at `start`. */
function isAt(segment: TextSegment, start: number, bytes: Uint8Array, from: number): boolean {
  const haystack = segment.bytes;
  for (let index = from; index < bytes.length; index++) {
    if (haystack[start + index] !== bytes[index]) return false;
  }
  return true;
}
