import { type InventoryClass, type InventoryRow, inventoryClass } from '@moorline/model';
import type { InventoryRowChange } from '@moorline/model/ports';

/** Columns of the class that only who may read sensitive inventory sees. */
export function sensitiveColumns(declared: InventoryClass): readonly string[] {
  return declared.columns.flatMap(({ name, isSensitive }) => (isSensitive ? [name] : []));
}

/** An answer of another authority or of the store, as somebody sees it who may not read sensitive columns. */
export function masked<
  A extends { readonly className: string; readonly maskedColumns?: readonly string[] } & (
    | { readonly rows: readonly InventoryRow[] }
    | { readonly changes: readonly InventoryRowChange[] }
  ),
>(answer: A): A {
  const declared = inventoryClass(answer.className);
  const names = declared ? sensitiveColumns(declared) : [];
  if (names.length === 0) return answer;
  const hidden = Object.fromEntries(names.map((name) => [name, null]));
  const hide = (row: InventoryRow): InventoryRow => ({ ...row, ...hidden });
  const maskedColumns = [...new Set([...(answer.maskedColumns ?? []), ...names])];
  if ('rows' in answer) return { ...answer, maskedColumns, rows: answer.rows.map(hide) };
  return {
    ...answer,
    maskedColumns,
    changes: answer.changes.map((change) => ({
      ...change,
      before: change.before && hide(change.before),
      after: change.after && hide(change.after),
    })),
  };
}
