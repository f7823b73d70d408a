import {
  type InventoryClass,
  type InventoryColumn,
  type InventoryRow,
  type InventoryValue,
  rowKey,
} from '@moorline/model';
import { maskSecrets } from './mask-secrets.ts';

/** Values as a collector found them, by column: text uncleaned, times in milliseconds; absent is null. */
export type FoundRow = Readonly<Record<string, string | number | boolean | null | undefined>>;

const DEFAULT_MAX_LENGTH = 1024;
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59);
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be replaced
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * A row that `checkRow` accepts, from values of any content; undefined when a key column is null.
 * A column that the class does not have is a mistake of ours.
 */
export function fitRow(inventoryClass: InventoryClass, found: FoundRow): InventoryRow | undefined {
  const row: Record<string, InventoryValue> = {};
  let known = 0;
  for (const column of inventoryClass.columns) {
    const value = found[column.name];
    if (Object.hasOwn(found, column.name)) known++;
    row[column.name] = value === null || value === undefined ? null : fitValue(column, value);
  }
  if (known !== Object.keys(found).length) {
    const stray = Object.keys(found).find((name) => !Object.hasOwn(row, name));
    throw new TypeError(`${inventoryClass.name} has no column ${stray}`);
  }
  return inventoryClass.key.some((column) => row[column] === null) ? undefined : row;
}

/** Keeps each key once, the first of equal ones, and no more rows than the class takes. */
export function createRowSet(inventoryClass: InventoryClass): {
  add(found: FoundRow): void;
  readonly full: boolean;
  readonly rows: readonly InventoryRow[];
} {
  const rows = new Map<string, InventoryRow>();
  return {
    add(found) {
      const row = fitRow(inventoryClass, found);
      if (row === undefined || rows.size >= inventoryClass.maxRows) return;
      const key = rowKey(inventoryClass, row);
      if (!rows.has(key)) rows.set(key, row);
    },
    get full() {
      return rows.size >= inventoryClass.maxRows;
    },
    get rows() {
      return [...rows.values()];
    },
  };
}

function fitValue(column: InventoryColumn, value: string | number | boolean): InventoryValue {
  switch (column.type) {
    case 'int':
      // The addition makes -0 into 0, which JSON writes alike but equality in a delta does not.
      return Number.isSafeInteger(value) ? Number(value) + 0 : null;
    case 'real':
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    case 'bool':
      return typeof value === 'boolean' ? value : null;
    case 'dateTime':
      return typeof value === 'number' ? fitTime(value) : null;
    case 'guid': {
      const text = String(value).trim().toLowerCase();
      return GUID.test(text) ? text : null;
    }
    case 'string': {
      const text = cleanText(String(value), column.maxLength ?? DEFAULT_MAX_LENGTH);
      if (text === null || !column.isSensitive) return text;
      return cleanText(maskSecrets(text), column.maxLength ?? DEFAULT_MAX_LENGTH);
    }
  }
}

function fitTime(timeMs: number): string | null {
  if (!(timeMs >= 0 && timeMs <= LATEST_MS)) return null;
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** One line of printable text, at most `maxLength` UTF-16 units; null when nothing is left. */
export function cleanText(text: string, maxLength: number): string | null {
  // Cut first: a line of a hundred megabytes is not worth cleaning.
  const start = text.slice(0, maxLength * 2 + 64);
  const clean = start
    .replace(/[\t\n\r]+/g, ' ')
    .replace(CONTROL, '\uFFFD')
    .toWellFormed()
    .trim();
  if (clean.length <= maxLength) return clean || null;
  const last = clean.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last < 0xdc00;
  return clean.slice(0, splitsPair ? maxLength - 1 : maxLength).trimEnd() || null;
}
