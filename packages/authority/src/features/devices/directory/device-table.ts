import { Buffer } from 'node:buffer';
import { createDictionary, type Dictionary } from './dictionary.ts';
import { createIdIndex, type IdWords } from './id-index.ts';
import { rowOf, SEGMENT_ROWS, segmentOf, slotOf } from './segment.ts';
import { createTextSegment, setText, type TextSegment } from './text-segment.ts';

/** Texts of which most are different. */
export interface TextColumn {
  readonly kind: 'text';
  readonly segments: TextSegment[];
}
/** Texts of which there are few, by code. */
export interface DictionaryColumn {
  readonly kind: 'dictionary';
  readonly dictionary: Dictionary;
  readonly segments: Uint32Array[];
}
/** Numbers; times in microseconds since 2000-01-01, as PostgreSQL sends them. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly segments: Float64Array[];
}
/** 1: true. */
export interface BooleanColumn {
  readonly kind: 'boolean';
  readonly segments: Uint8Array[];
}
export type Column = TextColumn | DictionaryColumn | NumberColumn | BooleanColumn;

/**
 * The columns, by name. Texts are what lists compare: lower case, as PostgreSQL makes it; only
 * `operatingSystemName` is as it is shown.
 */
export interface DeviceColumns {
  readonly origin: DictionaryColumn;
  readonly name: TextColumn;
  readonly serialNumber: TextColumn;
  readonly ethernetMacAddress: TextColumn;
  readonly wifiMacAddress: TextColumn;
  readonly manufacturer: DictionaryColumn;
  readonly model: DictionaryColumn;
  readonly operatingSystem: DictionaryColumn;
  readonly operatingSystemName: DictionaryColumn;
  readonly osVersion: DictionaryColumn;
  readonly clientVersion: DictionaryColumn;
  readonly architecture: DictionaryColumn;
  readonly chassisType: DictionaryColumn;
  readonly physicalMemoryBytes: NumberColumn;
  readonly totalStorageBytes: NumberColumn;
  readonly freeStorageBytes: NumberColumn;
  readonly lastContactAt: NumberColumn;
  readonly enrolledAt: NumberColumn;
  readonly certificateExpiresAt: NumberColumn;
  readonly online: BooleanColumn;
}

/** What a segment keeps of its rows beside the columns. */
export interface RowSegment {
  /** Four words an id. */
  readonly ids: Uint32Array;
  /** The transaction that wrote the row as it is here. */
  readonly versions: Uint32Array;
  /** 1: there is a row. */
  readonly present: Uint8Array;
  /** The round of verification in which the row was seen or came. */
  readonly rounds: Uint8Array;
}

/** Devices in columns, in memory. Nothing here knows the database. */
export interface DeviceTable {
  readonly columns: DeviceColumns;
  readonly segments: readonly RowSegment[];
  /** Rows that are there. */
  readonly count: number;
  /** The slot of an id, or -1. */
  find(id: IdWords): number;
  /** The slot of an id that is here now, whether it was before or not. */
  claim(id: IdWords): number;
  /** Takes the row out; its slot serves the next one. */
  remove(slot: number): void;
  /** Sets a value; true when it is another now. A negative length is null. @throws RangeError for a text that is too long */
  set(column: Column, slot: number, source: Buffer, start: number, length: number): boolean;
  setNumber(column: NumberColumn | BooleanColumn, slot: number, value: number): boolean;
  /** Bytes that all of it takes, but for the texts of dictionaries. */
  sizeBytes(): number;
}

/** `expected`: how many rows there will be, more or less; `seed` as in `createIdIndex`. */
export function createDeviceTable(seed: number, expected = 0): DeviceTable {
  const columns: DeviceColumns = {
    origin: dictionaryColumn(),
    name: { kind: 'text', segments: [] },
    serialNumber: { kind: 'text', segments: [] },
    ethernetMacAddress: { kind: 'text', segments: [] },
    wifiMacAddress: { kind: 'text', segments: [] },
    manufacturer: dictionaryColumn(),
    model: dictionaryColumn(),
    operatingSystem: dictionaryColumn(),
    operatingSystemName: dictionaryColumn(),
    osVersion: dictionaryColumn(),
    clientVersion: dictionaryColumn(),
    architecture: dictionaryColumn(),
    chassisType: dictionaryColumn(),
    physicalMemoryBytes: { kind: 'number', segments: [] },
    totalStorageBytes: { kind: 'number', segments: [] },
    freeStorageBytes: { kind: 'number', segments: [] },
    lastContactAt: { kind: 'number', segments: [] },
    enrolledAt: { kind: 'number', segments: [] },
    certificateExpiresAt: { kind: 'number', segments: [] },
    online: { kind: 'boolean', segments: [] },
  };
  const all: readonly Column[] = Object.values(columns);
  const segments: RowSegment[] = [];
  const free: number[] = [];
  let end = 0;
  let count = 0;
  const scratch = new Uint32Array(4);
  const idAt = (slot: number, words: IdWords): void => {
    const ids = segments[segmentOf(slot)]?.ids;
    const at = rowOf(slot) * 4;
    for (let word = 0; word < 4; word++) words[word] = ids?.[at + word] ?? 0;
  };
  const index = createIdIndex(idAt, seed, expected);

  function addSegment(): void {
    segments.push({
      ids: new Uint32Array(SEGMENT_ROWS * 4),
      versions: new Uint32Array(SEGMENT_ROWS),
      present: new Uint8Array(SEGMENT_ROWS),
      rounds: new Uint8Array(SEGMENT_ROWS),
    });
    for (const column of all) {
      if (column.kind === 'text') column.segments.push(createTextSegment());
      else if (column.kind === 'dictionary') column.segments.push(new Uint32Array(SEGMENT_ROWS));
      else if (column.kind === 'number') column.segments.push(new Float64Array(SEGMENT_ROWS));
      else column.segments.push(new Uint8Array(SEGMENT_ROWS));
    }
  }

  function set(
    column: Column,
    slot: number,
    source: Buffer,
    start: number,
    length: number,
  ): boolean {
    const row = rowOf(slot);
    if (column.kind === 'text') {
      const segment = column.segments[segmentOf(slot)];
      return segment !== undefined && setText(segment, row, source, start, length);
    }
    if (column.kind !== 'dictionary') throw new TypeError(`a ${column.kind} is no text`);
    const codes = column.segments[segmentOf(slot)];
    const before = codes?.[row] ?? 0;
    const code = column.dictionary.take(source, start, length);
    column.dictionary.release(before);
    if (codes) codes[row] = code;
    return code !== before;
  }

  return {
    columns,
    segments,
    get count() {
      return count;
    },
    find: (id) => index.find(id),
    claim(id) {
      const known = index.find(id);
      if (known >= 0) return known;
      if (free.length === 0 && end === segments.length * SEGMENT_ROWS) addSegment();
      const slot = free.pop() ?? end++;
      const segment = segments[segmentOf(slot)];
      segment?.ids.set(id, rowOf(slot) * 4);
      if (segment) segment.present[rowOf(slot)] = 1;
      index.add(id, slot);
      count++;
      return slot;
    },
    remove(slot) {
      const segment = segments[segmentOf(slot)];
      const row = rowOf(slot);
      if (!segment || segment.present[row] === 0) return;
      scratch.set(segment.ids.subarray(row * 4, row * 4 + 4));
      index.remove(scratch);
      segment.present[row] = 0;
      segment.versions[row] = 0;
      for (const column of all) {
        if (column.kind === 'text' || column.kind === 'dictionary')
          set(column, slot, NOTHING, 0, -1);
      }
      free.push(slot);
      count--;
    },
    set,
    setNumber(column, slot, value) {
      const segment = column.segments[segmentOf(slot)];
      if (!segment || segment[rowOf(slot)] === value) return false;
      segment[rowOf(slot)] = value;
      return true;
    },
    sizeBytes() {
      let size = 0;
      for (const { ids, versions, present, rounds } of segments) {
        size += ids.byteLength + versions.byteLength + present.byteLength + rounds.byteLength;
      }
      for (const column of all) {
        for (const segment of column.segments) size += segmentBytes(segment);
      }
      return size;
    },
  };
}

const NOTHING = Buffer.alloc(0);

function dictionaryColumn(): DictionaryColumn {
  return { kind: 'dictionary', dictionary: createDictionary(), segments: [] };
}

function segmentBytes(segment: TextSegment | Uint32Array | Float64Array | Uint8Array): number {
  if ('byteLength' in segment) return segment.byteLength;
  const { starts, lengths, prefixes, bytes } = segment;
  return starts.byteLength + lengths.byteLength + prefixes.byteLength + bytes.byteLength;
}

/** The words of the id at a slot are at `at` of the segment's ids. */
export function idsAt(table: DeviceTable, slot: number): { ids: Uint32Array; at: number } {
  const ids = table.segments[segmentOf(slot)]?.ids;
  if (!ids) throw new RangeError(`no slot ${slot}`);
  return { ids, at: rowOf(slot) * 4 };
}

/** Every slot that is taken. */
export function* slotsOf(table: DeviceTable): Generator<number> {
  for (const [number, { present }] of table.segments.entries()) {
    for (let row = 0; row < SEGMENT_ROWS; row++) {
      if (present[row] === 1) yield slotOf(number, row);
    }
  }
}
