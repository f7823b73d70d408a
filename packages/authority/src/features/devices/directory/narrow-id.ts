import { Buffer } from 'node:buffer';
import type { FilterLiteral } from '@moorline/codecs/odata';
import { isUuid } from '@moorline/kernel';
import type { DeviceTable } from './device-table.ts';
import { toByteString } from './dictionary.ts';
import { compareIdText, ID_TEXT_BYTES, idCharacter, wordsOf, writeIdText } from './id-index.ts';
import type { Narrow } from './narrow.ts';
import { rowOf, SEGMENT_ROWS, segmentOf } from './segment.ts';
import { type Condition, type Fold, likePattern, likeText } from './text-test.ts';

/** A condition on ids: which are named is looked up, and the rest compares their text, digit by digit. */
export function narrowById(filter: Condition, table: DeviceTable, lower: Fold): Narrow {
  if (filter.kind === 'in') return named(filter.values, table, true);
  if (filter.kind === 'comparison') {
    const { operator, value } = filter;
    if (operator === 'eq') return named([value], table, true);
    if (operator === 'ne') return named([value], table, false);
    const wanted = toByteString(value.type === 'null' ? '' : String(value.value));
    const isBelow = operator === 'lt' || operator === 'le';
    const isSame = operator === 'le' || operator === 'ge';
    return rowByRow(table, (ids, at) => {
      const order = compareIdText(ids, at, wanted, false);
      return order === 0 ? isSame : order < 0 === isBelow;
    });
  }
  const wanted = toByteString(likeText(filter, lower(likePattern(filter))));
  if (filter.function === 'startswith') {
    return rowByRow(table, (ids, at) => compareIdText(ids, at, wanted, true) === 0);
  }
  if (wanted.length > ID_TEXT_BYTES) return (_, mask) => void mask.fill(0);
  if (filter.function === 'endswith') {
    const start = ID_TEXT_BYTES - wanted.length;
    return rowByRow(table, (ids, at) => {
      let index = wanted.length - 1;
      while (index >= 0 && idCharacter(ids, at, start + index) === wanted.charCodeAt(index))
        index--;
      return index < 0;
    });
  }
  return containing(table, Buffer.from(wanted, 'latin1'));
}

/** So short a text is in most ids, and near their beginning. */
const SHORT = 2;

function containing(table: DeviceTable, wanted: Buffer): Narrow {
  if (wanted.length <= SHORT) {
    const text = Buffer.alloc(ID_TEXT_BYTES);
    const [first, second] = wanted;
    return rowByRow(table, (ids, at) => {
      writeIdText(ids, at, text, 0);
      for (let index = 0; index <= ID_TEXT_BYTES - wanted.length; index++) {
        const isSecond = second === undefined || text[index + 1] === second;
        if ((first === undefined || text[index] === first) && isSecond) return true;
      }
      return false;
    });
  }
  // A segment's ids as one text is searched at the speed of memory. What stands between them is in none.
  const step = ID_TEXT_BYTES + 1;
  const texts = Buffer.alloc(SEGMENT_ROWS * step);
  const met = new Uint8Array(SEGMENT_ROWS);
  return (segment, mask) => {
    const ids = table.segments[segment]?.ids;
    if (!ids) return;
    met.fill(0);
    for (let row = 0; row < SEGMENT_ROWS; row++) writeIdText(ids, row * 4, texts, row * step);
    for (let found = texts.indexOf(wanted); found >= 0; ) {
      const row = Math.floor(found / step);
      met[row] = 1;
      found = texts.indexOf(wanted, (row + 1) * step);
    }
    for (let row = 0; row < mask.length; row++) mask[row] = (mask[row] ?? 0) & (met[row] ?? 0);
  };
}

function named(literals: readonly FilterLiteral[], table: DeviceTable, isWanted: boolean): Narrow {
  const rows = new Map<number, Set<number>>();
  for (const literal of literals) {
    const id = literal.type === 'null' ? '' : String(literal.value).toLowerCase();
    const slot = isUuid(id) ? table.find(wordsOf(id)) : -1;
    if (slot < 0) continue;
    const segment = segmentOf(slot);
    rows.set(segment, (rows.get(segment) ?? new Set()).add(rowOf(slot)));
  }
  return (segment, mask) => {
    const found = [...(rows.get(segment) ?? [])].filter((row) => mask[row] === 1);
    if (isWanted) mask.fill(0);
    for (const row of found) mask[row] = isWanted ? 1 : 0;
  };
}

function rowByRow(table: DeviceTable, test: (ids: Uint32Array, at: number) => boolean): Narrow {
  return (segment, mask) => {
    const ids = table.segments[segment]?.ids;
    if (!ids) return;
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 1 && !test(ids, row * 4)) mask[row] = 0;
    }
  };
}
