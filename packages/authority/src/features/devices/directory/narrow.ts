import type { Comparison, Filter } from '@moorline/codecs/odata';
import type { DeviceTable, DictionaryColumn, NumberColumn, TextColumn } from './device-table.ts';
import { toByteString } from './dictionary.ts';
import { idText } from './id-index.ts';
import { narrowById } from './narrow-id.ts';
import { narrowText } from './narrow-text.ts';
import { needleOf, startsWith } from './needle.ts';
import type { DirectoryProperty } from './properties.ts';
import { SEGMENT_ROWS } from './segment.ts';
import type { TextSegment } from './text-segment.ts';
import { type Condition, type Fold, type TextTest, textTest } from './text-test.ts';
import { microsecondsOf } from './time.ts';

/** Clears the mask of a segment's rows that do not meet a condition; what is clear stays so. A mask has a buffer of its own. */
export type Narrow = (segment: number, mask: Uint8Array) => void;

export interface NarrowContext {
  readonly table: DeviceTable;
  property(name: string): DirectoryProperty;
  /** PostgreSQL's lower(). */
  readonly lower: Fold;
}

const AS_IT_IS: Fold = (text) => text;

/** The filter over columns; it keeps the rows that `filterSql` keeps. Good until the table changes. */
export function narrowBy(filter: Filter, context: NarrowContext): Narrow {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.operands.map((operand) => narrowBy(operand, context));
      return (segment, mask) => {
        for (const part of parts) part(segment, mask);
      };
    }
    case 'or':
      return either(filter.operands.map((operand) => narrowBy(operand, context)));
    case 'not': {
      const inner = narrowBy(filter.operand, context);
      const met = new Uint8Array(SEGMENT_ROWS);
      return (segment, mask) => {
        met.set(mask);
        inner(segment, met);
        clear(mask, met);
      };
    }
    default:
      return condition(filter, context);
  }
}

/** Rows that one of the parts keeps; each part looks at those that are not kept yet. */
function either(parts: readonly Narrow[]): Narrow {
  const left = new Uint8Array(SEGMENT_ROWS);
  const met = new Uint8Array(SEGMENT_ROWS);
  return (segment, mask) => {
    left.set(mask);
    for (const part of parts) {
      met.set(left);
      part(segment, met);
      clear(left, met);
    }
    clear(mask, left);
  };
}

/** Clears in `mask` what is set in `cleared`: four rows at once. */
function clear(mask: Uint8Array, cleared: Uint8Array): void {
  const to = new Uint32Array(mask.buffer);
  const from = new Uint32Array(cleared.buffer);
  for (let word = 0; word < to.length; word++) to[word] = (to[word] ?? 0) & ~(from[word] ?? 0);
}

function condition(filter: Condition, context: NarrowContext): Narrow {
  const { table, lower } = context;
  const property = context.property(filter.property);
  const test = (isFolded: boolean, isId = false): TextTest =>
    textTest(filter, { literal: isFolded ? lower : AS_IT_IS, pattern: lower }, isId);
  switch (property.kind) {
    case 'id':
      return narrowById(filter, table, lower);
    case 'origin': {
      const isOrigin = test(false, true);
      return byCode(property.column, (bytes) =>
        isOrigin(bytes === null ? null : originText(bytes)),
      );
    }
    case 'text':
      return property.column.kind === 'dictionary'
        ? byCode(property.column, test(property.isFolded))
        : byText(property.column, filter, property.isFolded ? lower : AS_IT_IS, lower);
    case 'number':
      return byNumber(property.column.segments, filter, Number);
    case 'time':
      return byNumber(property.column.segments, filter, (value) =>
        microsecondsOf(Date.parse(String(value))),
      );
    case 'boolean':
      return byNumber(property.column.segments, filter, (value) => (value === true ? 1 : 0));
    case 'byOrigin': {
      const isMet = test(false);
      const [own, attached] = [isMet(property.own), isMet(property.attached)];
      return byCode(table.columns.origin, (origin) => (origin === null ? own : attached));
    }
    case 'bySince': {
      const isMet = test(false);
      const [from, before] = [isMet(property.from), isMet(property.before)];
      return bySince(table.columns.lastContactAt, property.since, from, before);
    }
  }
}

/** Every code is tested once, every row looks its code up. */
function byCode({ dictionary, segments }: DictionaryColumn, test: TextTest): Narrow {
  const isMet = new Uint8Array(dictionary.texts.length);
  for (const [code, text] of dictionary.texts.entries()) isMet[code] = test(text) ? 1 : 0;
  return (segment, mask) => {
    const codes = segments[segment];
    if (!codes) return;
    for (let row = 0; row < mask.length; row++) {
      mask[row] = (mask[row] ?? 0) & (isMet[codes[row] ?? 0] ?? 0);
    }
  };
}

function byText(column: TextColumn, filter: Condition, fold: Fold, lower: Fold): Narrow {
  const narrow = narrowText(filter, fold, lower);
  return (segment, mask) => {
    const texts = column.segments[segment];
    if (texts) narrow(texts, mask);
  };
}

type Numbers = readonly (Float64Array | Uint8Array)[];

function byNumber(
  segments: Numbers,
  filter: Condition,
  numberOf: (value: string | number | boolean) => number,
): Narrow {
  if (filter.kind === 'text') throw new TypeError(`${filter.property} is no text`);
  if (filter.kind === 'in') {
    // None of these columns is ever null.
    const values = filter.values.flatMap((literal) =>
      literal.type === 'null' ? [] : [numberOf(literal.value)],
    );
    const wanted = new Set(values);
    return (segment, mask) => {
      const numbers = segments[segment];
      for (let row = 0; row < mask.length; row++) {
        if (mask[row] === 1 && !wanted.has(numbers?.[row] ?? 0)) mask[row] = 0;
      }
    };
  }
  if (filter.value.type === 'null') {
    return filter.operator === 'ne' ? () => {} : (_, mask) => void mask.fill(0);
  }
  return compareNumbers(segments, filter.operator, numberOf(filter.value.value));
}

function compareNumbers(segments: Numbers, operator: Comparison, value: number): Narrow {
  // Signs of the difference that are kept: a comparison is one of three answers.
  const keeps = {
    below: operator === 'lt' || operator === 'le' || operator === 'ne',
    same: operator === 'eq' || operator === 'le' || operator === 'ge',
    above: operator === 'gt' || operator === 'ge' || operator === 'ne',
  };
  return (segment, mask) => {
    const numbers = segments[segment];
    if (!numbers) return;
    for (let row = 0; row < mask.length; row++) {
      const number = numbers[row] ?? 0;
      const kept = number < value ? keeps.below : number > value ? keeps.above : keeps.same;
      if (!kept) mask[row] = 0;
    }
  };
}

function bySince(
  { segments }: NumberColumn,
  since: number,
  from: boolean,
  before: boolean,
): Narrow {
  return (segment, mask) => {
    const times = segments[segment];
    if (!times) return;
    for (let row = 0; row < mask.length; row++) {
      if (!((times[row] ?? 0) >= since ? from : before)) mask[row] = 0;
    }
  };
}

/** A connector's id from the sixteen bytes that are its code. */
export function originText(bytes: string): string {
  const words = new Uint32Array(4);
  for (let index = 0; index < 16; index++) {
    const word = index >>> 2;
    words[word] = (words[word] ?? 0) * 256 + bytes.charCodeAt(index);
  }
  return idText(words);
}

/** Rows in which one of the texts begins with `term`, which is in PostgreSQL's lower case: a $search term. */
export function narrowBySearch(term: string, table: DeviceTable): Narrow {
  const { name, serialNumber, manufacturer, model } = table.columns;
  const first = toByteString(term);
  const last = toByteString(`${term}\u{10ffff}`);
  // As in SQL: from the term on, and before the term with the last character behind it.
  const inRange: TextTest = (text) => text !== null && text >= first && text < last;
  const codesInRange = ({ dictionary }: DictionaryColumn): Uint8Array =>
    Uint8Array.from(dictionary.texts, (text) => (inRange(text) ? 1 : 0));
  const [makers, models] = [codesInRange(manufacturer), codesInRange(model)];
  const begin = needleOf(term);
  const beyond = needleOf(`${term}\u{10ffff}`);
  const isInRange = (texts: TextSegment, row: number): boolean =>
    startsWith(texts, row, begin) && !startsWith(texts, row, beyond);
  return (segment, mask) => {
    const names = name.segments[segment];
    const serials = serialNumber.segments[segment];
    const makerCodes = manufacturer.segments[segment];
    const modelCodes = model.segments[segment];
    if (!names || !serials || !makerCodes || !modelCodes) return;
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 0) continue;
      const isFound =
        makers[makerCodes[row] ?? 0] === 1 ||
        models[modelCodes[row] ?? 0] === 1 ||
        isInRange(names, row) ||
        isInRange(serials, row);
      if (!isFound) mask[row] = 0;
    }
  };
}
