import type { InventoryRow } from '@moorline/model';
import { DEVICE_ID } from './schema.ts';
import { foldAscii, timeText } from './text.ts';

/** What is known of one device, by class. Columns are made ready once, however many queries ask for them. */
export interface DeviceFacts {
  readonly deviceId: string;
  table(className: string): FactTable;
}

/** The rows of one class, column by column. A value of another type than the column's is not known. */
export interface FactTable {
  readonly rowCount: number;
  /** The row as it was reported. */
  row(index: number): InventoryRow;
  /** Not known is empty. `folded`: ASCII letters in lower case. */
  text(column: string, folded: boolean): readonly string[];
  number(column: string): readonly (number | null)[];
  flag(column: string): readonly (boolean | null)[];
  /** In the form of `timeText`. */
  time(column: string): readonly (string | null)[];
  /** Numbers of the rows that have this very text. */
  rowsWith(column: string, folded: boolean, value: string): readonly number[];
}

export function createDeviceFacts(
  deviceId: string,
  rowsOf: (className: string) => readonly InventoryRow[] | undefined,
): DeviceFacts {
  const tables = new Map<string, FactTable>();
  return {
    deviceId,
    table(className) {
      let table = tables.get(className);
      if (!table) {
        table = createTable(deviceId, rowsOf(className) ?? []);
        tables.set(className, table);
      }
      return table;
    },
  };
}

function createTable(deviceId: string, rows: readonly InventoryRow[]): FactTable {
  const made = new Map<string, readonly unknown[]>();
  const indexes = new Map<string, ReadonlyMap<string, readonly number[]>>();

  // Every key names one kind of column, and so one type of values.
  function column<T>(key: string, make: () => readonly T[]): readonly T[] {
    let values = made.get(key);
    if (!values) {
      values = make();
      made.set(key, values);
    }
    return values as readonly T[];
  }

  function value(row: InventoryRow, name: string): unknown {
    return Object.hasOwn(row, name) ? row[name] : undefined;
  }

  const table: FactTable = {
    rowCount: rows.length,
    row: (index) => rows[index] ?? {},
    text: (name, folded) =>
      column(`${folded ? 'f' : 't'}:${name}`, () => {
        if (name === DEVICE_ID) return rows.map(() => deviceId);
        if (folded) return table.text(name, false).map(foldAscii);
        return rows.map((row) => {
          const text = value(row, name);
          return typeof text === 'string' ? text : '';
        });
      }),
    number: (name) =>
      column(`n:${name}`, () =>
        rows.map((row) => {
          const number = value(row, name);
          return typeof number === 'number' ? number : null;
        }),
      ),
    flag: (name) =>
      column(`b:${name}`, () =>
        rows.map((row) => {
          const flag = value(row, name);
          return typeof flag === 'boolean' ? flag : null;
        }),
      ),
    time: (name) =>
      column(`d:${name}`, () =>
        rows.map((row) => {
          const time = value(row, name);
          return typeof time === 'string' ? timeText(time) : null;
        }),
      ),
    rowsWith(name, folded, wanted) {
      const key = `${folded ? 'f' : 't'}:${name}`;
      let index = indexes.get(key);
      if (!index) {
        const found = new Map<string, number[]>();
        table.text(name, folded).forEach((text, row) => {
          const same = found.get(text);
          if (same) same.push(row);
          else found.set(text, [row]);
        });
        index = found;
        indexes.set(key, index);
      }
      return index.get(wanted) ?? [];
    },
  };
  return table;
}
