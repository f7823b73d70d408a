import type { Json } from '@moorline/kernel';

/** `int` is a safe integer; `dateTime` is RFC 3339 UTC; `guid` a lower-case UUID. Null is "not known". */
export type ColumnType = 'string' | 'int' | 'real' | 'bool' | 'dateTime' | 'guid';

export interface InventoryColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** `bytes`, `MHz`, `percent`, … as shown to people; absent: a bare value. */
  readonly unit?: string;
  /** One sentence, in the present tense. */
  readonly description: string;
  /** Longest text kept, in UTF-16 units; longer text is refused. Default 1,024. */
  readonly maxLength?: number;
  /**
   * May hold what not everybody should read: the device replaces what looks like a secret before it leaves, the value is
   * shown only with the permission `inventory.readSensitive`, and queries do not know the column.
   */
  readonly isSensitive?: true;
}

/** Where the explorer shows a class. */
export const INVENTORY_CATEGORIES = [
  'system',
  'hardware',
  'storage',
  'network',
  'software',
  'security',
  'users',
] as const;
export type InventoryCategory = (typeof INVENTORY_CATEGORIES)[number];

export type Platform = 'linux' | 'windows' | 'macos';

/**
 * A named table that a device reports: the same declaration serves collection, validation, the explorer,
 * and the query schema. Names follow the reference product's entities.
 */
export interface InventoryClass {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly InventoryColumn[];
  /** Columns whose values together name one row; empty: the class has exactly one row. */
  readonly key: readonly string[];
  readonly category: InventoryCategory;
  readonly platforms: readonly Platform[];
  /** How often a device collects it by itself: in each inventory cycle, or in the first one after a day. */
  readonly cadence: 'cycle' | 'day';
  /** Most rows accepted from one device. */
  readonly maxRows: number;
}

export type InventoryValue = string | number | boolean | null;
/** One row; every declared column is present (null when not known) and no other. */
export type InventoryRow = Readonly<Record<string, InventoryValue>>;

/** Why a row is not of its class: the column and what is wrong with it. */
export interface RowProblem {
  readonly column: string;
  readonly problem:
    | 'missing'
    | 'unknown_column'
    | 'wrong_type'
    | 'too_long'
    | 'control_character'
    | 'null_key';
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DEFAULT_MAX_LENGTH = 1024;

interface Columns {
  readonly names: ReadonlySet<string>;
  readonly key: ReadonlySet<string>;
}

const columnsByClass = new WeakMap<InventoryClass, Columns>();

function columnsOf(inventoryClass: InventoryClass): Columns {
  let columns = columnsByClass.get(inventoryClass);
  if (!columns) {
    const names = new Set(inventoryClass.columns.map((column) => column.name));
    columns = { names, key: new Set(inventoryClass.key) };
    columnsByClass.set(inventoryClass, columns);
  }
  return columns;
}

/** The first thing wrong with `row`, or undefined. Rows come from devices: nothing is assumed of them. */
export function checkRow(inventoryClass: InventoryClass, row: unknown): RowProblem | undefined {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) {
    return { column: '', problem: 'wrong_type' };
  }
  const record = row as Record<string, unknown>;
  const { names, key } = columnsOf(inventoryClass);
  for (const name of Object.keys(record)) {
    if (!names.has(name)) return { column: name.slice(0, 64), problem: 'unknown_column' };
  }
  for (const column of inventoryClass.columns) {
    const value = Object.hasOwn(record, column.name) ? record[column.name] : undefined;
    if (value === undefined) return { column: column.name, problem: 'missing' };
    if (value === null) {
      if (key.has(column.name)) return { column: column.name, problem: 'null_key' };
      continue;
    }
    const problem = checkValue(column, value);
    if (problem) return { column: column.name, problem };
  }
  return undefined;
}

function checkValue(column: InventoryColumn, value: unknown): RowProblem['problem'] | undefined {
  switch (column.type) {
    case 'int':
      return Number.isSafeInteger(value) ? undefined : 'wrong_type';
    case 'real':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'wrong_type';
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'wrong_type';
    case 'dateTime':
      return typeof value === 'string' && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : 'wrong_type';
    case 'guid':
      return typeof value === 'string' && GUID.test(value) ? undefined : 'wrong_type';
    case 'string':
      if (typeof value !== 'string') return 'wrong_type';
      if (value.length > (column.maxLength ?? DEFAULT_MAX_LENGTH)) return 'too_long';
      return hasForbiddenCharacter(value) ? 'control_character' : undefined;
  }
}

// NUL cannot be stored, a lone surrogate cannot be encoded; the other controls only serve terminal tricks.
function hasForbiddenCharacter(text: string): boolean {
  if (!text.isWellFormed()) return true;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a) || (code >= 0x7f && code < 0xa0))
      return true;
  }
  return false;
}

/** The text that names a row within its class: JSON of its key values, in the key's order. */
export function rowKey(inventoryClass: InventoryClass, row: InventoryRow): string {
  return JSON.stringify(inventoryClass.key.map((column) => row[column] ?? null));
}

/**
 * Rows in their one canonical order: by key, as UTF-16 units compare; and a key that two of them have, if there is
 * one.
 */
export function orderRows(
  inventoryClass: InventoryClass,
  rows: readonly InventoryRow[],
): { readonly rows: readonly InventoryRow[]; readonly repeatedKey: string | undefined } {
  if (rows.length < 2) return { rows, repeatedKey: undefined };
  const keyed = rows.map((row) => ({ key: rowKey(inventoryClass, row), row }));
  const before = (at: number): string => keyed[at - 1]?.key ?? '';
  // Most senders keep the order already.
  const isOrdered = keyed.every(({ key }, at) => at === 0 || before(at) <= key);
  if (!isOrdered) keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    rows: isOrdered ? rows : keyed.map(({ row }) => row),
    repeatedKey: keyed.find(({ key }, at) => at > 0 && before(at) === key)?.key,
  };
}

/**
 * Rows in their one canonical order, columns in declared order: what a document's hash is taken over
 * (SHA-256, lower-case hex, of the UTF-8 of this text).
 */
export function canonicalRows(
  inventoryClass: InventoryClass,
  rows: readonly InventoryRow[],
): string {
  return canonicalText(inventoryClass, orderRows(inventoryClass, rows).rows);
}

/** The same of rows that are in order already. */
export function canonicalText(
  { columns }: InventoryClass,
  ordered: readonly InventoryRow[],
): string {
  return JSON.stringify(ordered.map((row) => columns.map(({ name }): Json => row[name] ?? null)));
}
