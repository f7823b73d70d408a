import { type InventoryRow, inventoryClass } from '@moorline/model';

/** A row of class Device of which only the name is known. */
export function deviceRow(name: string): InventoryRow {
  const columns = inventoryClass('Device')?.columns ?? [];
  return Object.fromEntries(
    columns.map((column) => [column.name, column.name === 'Name' ? name : null]),
  );
}
