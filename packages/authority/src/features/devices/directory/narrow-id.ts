import { Buffer } from 'node:buffer';
import type { FilterLiteral } from '@moorline/codecs/odata';
import { isUuid } from '@moorline/kernel';
import type { DeviceTable } from './device-table.ts';
import { toByteString } from './dictionary.ts';
import { compareIdText, ID_TEXT_BYTES, wordsOf, writeIdText } from './id-index.ts';
import type { Narrow } from './narrow.ts';
import { rowOf, segmentOf } from './segment.ts';
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
  const bytes = Buffer.from(wanted, 'latin1');
  const text = new Uint8Array(ID_TEXT_BYTES);
  const last = ID_TEXT_BYTES - bytes.length;
  const first = filter.function === 'endswith' ? last : 0;
  const head = bytes[0];
  return rowByRow(table, (ids, at) => {
    if (last < 0) return false;
    writeIdText(ids, at, text);
    for (let start = first; start <= last; start++) {
      if (text[start] !== head && bytes.length > 0) continue;
      let index = 0;
      while (index < bytes.length && text[start + index] === bytes[index]) index++;
      if (index === bytes.length) return true;
    }
    return false;
  });
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
