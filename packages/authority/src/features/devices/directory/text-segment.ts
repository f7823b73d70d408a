import { SEGMENT_ROWS } from './segment.ts';

/**
 * Texts of one column and segment: UTF-8 in one byte array, in the order in which they came. Bytes are compared as
 * collation "C" compares. What is replaced stays behind until half of the array is such waste.
 */
export interface TextSegment {
  readonly starts: Uint32Array;
  /** In bytes; `NO_TEXT`: null. */
  readonly lengths: Uint16Array;
  /** The first bytes as a number: most comparisons end there. */
  readonly prefixes: Float64Array;
  bytes: Uint8Array;
  used: number;
  waste: number;
}

export const NO_TEXT = 0xffff;
/** As many bytes as a double holds exactly. */
export const PREFIX_BYTES = 6;
const FIRST_BYTES = 4096;

export function createTextSegment(): TextSegment {
  return {
    starts: new Uint32Array(SEGMENT_ROWS),
    lengths: new Uint16Array(SEGMENT_ROWS).fill(NO_TEXT),
    prefixes: new Float64Array(SEGMENT_ROWS),
    bytes: new Uint8Array(FIRST_BYTES),
    used: 0,
    waste: 0,
  };
}

/** Sets the row's text to a part of `source`; null for a negative length. True when it is another now. @throws RangeError for one that is too long to be kept */
export function setText(
  segment: TextSegment,
  row: number,
  source: Uint8Array,
  start: number,
  length: number,
): boolean {
  if (length >= NO_TEXT) throw new RangeError('a text is too long for the device directory');
  const before = lengthOf(segment, row);
  if (before === length && isEqual(segment, row, source, start, length)) return false;
  if (length <= 0) {
    segment.waste += Math.max(before, 0);
    segment.starts[row] = segment.used;
  } else if (length <= before) {
    // In place: what is shorter leaves the rest as waste.
    segment.waste += before - length;
    segment.bytes.set(source.subarray(start, start + length), segment.starts[row]);
  } else {
    segment.waste += Math.max(before, 0);
    reserve(segment, length);
    segment.bytes.set(source.subarray(start, start + length), segment.used);
    segment.starts[row] = segment.used;
    segment.used += length;
  }
  segment.lengths[row] = length < 0 ? NO_TEXT : length;
  segment.prefixes[row] = prefixOf(source, start, length);
  if (segment.waste > FIRST_BYTES && segment.waste > segment.used / 2) compact(segment);
  return true;
}

/** The first bytes as a number in their order; a text that ends before others with the same beginning comes first. */
export function prefixOf(source: Uint8Array, start: number, length: number): number {
  let prefix = 0;
  for (let index = 0; index < PREFIX_BYTES; index++) {
    prefix = prefix * 256 + (index < length ? (source[start + index] ?? 0) : 0);
  }
  return prefix;
}

/** The row's bytes as a view that the next change may overwrite; empty for null. */
export function textBytes(segment: TextSegment, row: number): Uint8Array {
  const start = segment.starts[row] ?? 0;
  return segment.bytes.subarray(start, start + Math.max(lengthOf(segment, row), 0));
}

/** Order of two rows' texts; null is as the empty text. */
export function compareTexts(a: TextSegment, rowA: number, b: TextSegment, rowB: number): number {
  const difference = (a.prefixes[rowA] ?? 0) - (b.prefixes[rowB] ?? 0);
  if (difference !== 0) return difference;
  return compareBytes(
    a.bytes,
    a.starts[rowA] ?? 0,
    lengthOf(a, rowA),
    b.bytes,
    b.starts[rowB] ?? 0,
    lengthOf(b, rowB),
  );
}

/** Order of byte strings whose first `PREFIX_BYTES` are the same. */
export function compareBytes(
  a: Uint8Array,
  startA: number,
  lengthA: number,
  b: Uint8Array,
  startB: number,
  lengthB: number,
): number {
  const common = Math.min(lengthA, lengthB);
  for (let index = PREFIX_BYTES; index < common; index++) {
    const difference = (a[startA + index] ?? 0) - (b[startB + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return Math.max(lengthA, 0) - Math.max(lengthB, 0);
}

/** -1 for null. */
export function lengthOf(segment: TextSegment, row: number): number {
  const length = segment.lengths[row] ?? NO_TEXT;
  return length === NO_TEXT ? -1 : length;
}

function isEqual(
  segment: TextSegment,
  row: number,
  source: Uint8Array,
  start: number,
  length: number,
): boolean {
  const { bytes } = segment;
  const from = segment.starts[row] ?? 0;
  for (let index = 0; index < length; index++) {
    if (bytes[from + index] !== source[start + index]) return false;
  }
  return true;
}

function reserve(segment: TextSegment, length: number): void {
  const needed = segment.used + length;
  if (needed <= segment.bytes.length) return;
  // By a quarter: what is reserved and not used is the directory's memory, too.
  const more = new Uint8Array(Math.max(needed, Math.ceil(segment.bytes.length * 1.25)));
  more.set(segment.bytes.subarray(0, segment.used));
  segment.bytes = more;
}

function compact(segment: TextSegment): void {
  const { starts, lengths, bytes } = segment;
  const kept = new Uint8Array(Math.max(FIRST_BYTES, segment.used - segment.waste));
  let used = 0;
  for (let row = 0; row < SEGMENT_ROWS; row++) {
    const length = lengths[row] ?? NO_TEXT;
    if (length === NO_TEXT || length === 0) continue;
    const start = starts[row] ?? 0;
    kept.set(bytes.subarray(start, start + length), used);
    starts[row] = used;
    used += length;
  }
  segment.bytes = kept;
  segment.used = used;
  segment.waste = 0;
}
