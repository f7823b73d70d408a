import { Buffer } from 'node:buffer';
import type { DeviceTable, DictionaryColumn, NumberColumn, TextColumn } from './device-table.ts';
import { idsAt } from './device-table.ts';
import { fromByteString, toByteString } from './dictionary.ts';
import { idText, wordsOf } from './id-index.ts';
import { compareToNeedle, needleOf } from './needle.ts';
import type { DirectoryProperty } from './properties.ts';
import { rowOf, SEGMENT_ROWS, segmentOf } from './segment.ts';
import { compareTexts, textBytes } from './text-segment.ts';
import { microsecondsOfText, timeText } from './time.ts';

/** A key of a list's order, ascending. Good until the table changes. */
export interface SortKey {
  /**
   * Numbers of a segment's rows in the key's order, for the comparison that mostly decides. Rows with different
   * numbers are ordered by them.
   */
  primaries(segment: number): Float64Array;
  /** Order of two slots. */
  compare(a: number, b: number): number;
  /** The key of a page token, for comparison with rows. */
  bound(text: string): { readonly primary: number; compare(slot: number): number };
  /** The slot's key as a page token carries it: PostgreSQL's own text of it. */
  textOf(slot: number): string;
}

/** The counterpart of `keyOf` in the SQL of lists. */
export function sortKey(property: DirectoryProperty, table: DeviceTable): SortKey {
  switch (property.kind) {
    case 'id':
      return idKey(table);
    case 'number':
      // Sizes come as numbers, so what is stored beyond a double's digits is the text of one: this text.
      return numberKey(property.column, Number, String);
    case 'time':
      return numberKey(property.column, microsecondsOfText, timeText);
    case 'boolean': {
      const scratch = new Float64Array(SEGMENT_ROWS);
      const segments = property.column.segments;
      const numberOf = (slot: number): number => segments[segmentOf(slot)]?.[rowOf(slot)] ?? 0;
      return {
        primaries(segment) {
          scratch.set(segments[segment] ?? []);
          return scratch;
        },
        compare: (a, b) => numberOf(a) - numberOf(b),
        bound(text) {
          const primary = text === 'true' ? 1 : 0;
          return { primary, compare: (slot) => numberOf(slot) - primary };
        },
        textOf: (slot) => String(numberOf(slot) === 1),
      };
    }
    case 'text':
      return property.column.kind === 'text'
        ? textKey(property.column)
        : dictionaryKey(property.column);
    default:
      throw new TypeError(`devices are not sorted by what is ${property.kind}`);
  }
}

/** Ids in their order, which is that of their texts. */
export function idKey(table: DeviceTable): SortKey {
  const scratch = new Float64Array(SEGMENT_ROWS);
  const compareWords = (a: Uint32Array, atA: number, b: Uint32Array, atB: number): number => {
    for (let word = 0; word < 4; word++) {
      const difference = (a[atA + word] ?? 0) - (b[atB + word] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const primaryOf = (ids: Uint32Array, at: number): number =>
    (ids[at] ?? 0) * 65_536 + ((ids[at + 1] ?? 0) >>> 16);
  return {
    primaries(segment) {
      const ids = table.segments[segment]?.ids;
      if (!ids) return scratch;
      for (let row = 0; row < SEGMENT_ROWS; row++) scratch[row] = primaryOf(ids, row * 4);
      return scratch;
    },
    compare(a, b) {
      const left = idsAt(table, a);
      const right = idsAt(table, b);
      return compareWords(left.ids, left.at, right.ids, right.at);
    },
    bound(text) {
      // A token may say an empty text, which is before every id.
      if (text === '') return { primary: -1, compare: () => 1 };
      const words = wordsOf(text);
      return {
        primary: primaryOf(words, 0),
        compare(slot) {
          const { ids, at } = idsAt(table, slot);
          return compareWords(ids, at, words, 0);
        },
      };
    },
    textOf(slot) {
      const { ids, at } = idsAt(table, slot);
      return idText(ids, at);
    },
  };
}

function numberKey(
  { segments }: NumberColumn,
  read: (text: string) => number,
  print: (value: number) => string,
): SortKey {
  const numberOf = (slot: number): number => segments[segmentOf(slot)]?.[rowOf(slot)] ?? 0;
  return {
    primaries: (segment) => segments[segment] ?? NOTHING,
    compare: (a, b) => numberOf(a) - numberOf(b),
    bound(text) {
      const primary = read(text);
      return { primary, compare: (slot) => numberOf(slot) - primary };
    },
    textOf: (slot) => print(numberOf(slot)),
  };
}

function textKey({ segments }: TextColumn): SortKey {
  const segmentAt = (slot: number): TextColumn['segments'][number] => {
    const segment = segments[segmentOf(slot)];
    if (!segment) throw new RangeError(`no slot ${slot}`);
    return segment;
  };
  return {
    primaries: (segment) => segments[segment]?.prefixes ?? NOTHING,
    compare: (a, b) => compareTexts(segmentAt(a), rowOf(a), segmentAt(b), rowOf(b)),
    bound(text) {
      const needle = needleOf(text);
      return {
        primary: needle.prefix,
        compare: (slot) => compareToNeedle(segmentAt(slot), rowOf(slot), needle),
      };
    },
    textOf: (slot) => Buffer.from(textBytes(segmentAt(slot), rowOf(slot))).toString('utf8'),
  };
}

function dictionaryKey({ dictionary, segments }: DictionaryColumn): SortKey {
  const scratch = new Float64Array(SEGMENT_ROWS);
  const { primaries } = dictionary.order();
  const textOf = (slot: number): string =>
    dictionary.texts[segments[segmentOf(slot)]?.[rowOf(slot)] ?? 0] ?? '';
  const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    primaries(segment) {
      const codes = segments[segment];
      for (let row = 0; row < SEGMENT_ROWS; row++) {
        scratch[row] = primaries[codes?.[row] ?? 0] ?? 0;
      }
      return scratch;
    },
    compare(a, b) {
      const codeA = segments[segmentOf(a)]?.[rowOf(a)] ?? 0;
      const codeB = segments[segmentOf(b)]?.[rowOf(b)] ?? 0;
      if (codeA === codeB) return 0;
      const difference = (primaries[codeA] ?? 0) - (primaries[codeB] ?? 0);
      return difference !== 0 ? difference : compareText(textOf(a), textOf(b));
    },
    bound(text) {
      const wanted = toByteString(text);
      return {
        primary: dictionary.primaryOf(wanted),
        compare: (slot) => compareText(textOf(slot), wanted),
      };
    },
    textOf: (slot) => fromByteString(textOf(slot)),
  };
}

const NOTHING = new Float64Array(SEGMENT_ROWS);
