import { type InventoryClass, type InventoryRow, rowKey } from './inventory-class.ts';

/** What turns one document of a class into the next: rows put by key, keys dropped. */
export interface RowDelta {
  readonly put: readonly InventoryRow[];
  readonly drop: readonly string[];
}

/** The delta from `before` to `after`; both hold each key once. */
export function rowDelta(
  inventoryClass: InventoryClass,
  before: readonly InventoryRow[],
  after: readonly InventoryRow[],
): RowDelta {
  const old = new Map(before.map((row) => [rowKey(inventoryClass, row), row]));
  const put: InventoryRow[] = [];
  for (const row of after) {
    const key = rowKey(inventoryClass, row);
    const previous = old.get(key);
    old.delete(key);
    if (!previous || !sameRow(inventoryClass, previous, row)) put.push(row);
  }
  return { put, drop: [...old.keys()] };
}

/** `before` with the delta applied; a dropped key that is not there is ignored. */
export function applyRowDelta(
  inventoryClass: InventoryClass,
  before: readonly InventoryRow[],
  delta: RowDelta,
): InventoryRow[] {
  const rows = new Map(before.map((row) => [rowKey(inventoryClass, row), row]));
  for (const key of delta.drop) rows.delete(key);
  for (const row of delta.put) rows.set(rowKey(inventoryClass, row), row);
  return [...rows.values()];
}

function sameRow(inventoryClass: InventoryClass, a: InventoryRow, b: InventoryRow): boolean {
  return inventoryClass.columns.every(
    (column) => (a[column.name] ?? null) === (b[column.name] ?? null),
  );
}
