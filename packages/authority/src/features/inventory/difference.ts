import { type InventoryClass, type InventoryRow, orderRows, rowKey } from '@moorline/model';
import type { InventoryRowChange } from '@moorline/model/ports';

/** Every row that is other in `after` than in `before`, by key; of a class without a key its one row. */
export function differenceOf(
  declared: InventoryClass,
  before: readonly InventoryRow[],
  after: readonly InventoryRow[],
): readonly InventoryRowChange[] {
  const old = new Map(before.map((row) => [rowKey(declared, row), row]));
  const changes: InventoryRowChange[] = [];
  const all = declared.columns.map(({ name }) => name);
  for (const row of after) {
    const key = rowKey(declared, row);
    const former = old.get(key);
    old.delete(key);
    if (!former) {
      changes.push({ kind: 'added', columns: all, before: null, after: row });
      continue;
    }
    const columns = all.filter((name) => (former[name] ?? null) !== (row[name] ?? null));
    if (columns.length > 0) changes.push({ kind: 'changed', columns, before: former, after: row });
  }
  for (const row of old.values())
    changes.push({ kind: 'removed', columns: all, before: row, after: null });
  const { rows } = orderRows(
    declared,
    changes.map(({ before: former, after: row }) => row ?? former ?? {}),
  );
  const place = new Map(rows.map((row, at) => [row, at]));
  const placeOf = ({ before: former, after: row }: InventoryRowChange): number =>
    place.get(row ?? former ?? {}) ?? 0;
  return changes.sort((a, b) => placeOf(a) - placeOf(b));
}
