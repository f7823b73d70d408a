import { INVENTORY_CLASSES, type InventoryRow } from '@moorline/model';
import type { InventoryProvider } from '@moorline/model/ports';

/** A provider whose answers the test writes: a believable small Linux server until told otherwise. */
export interface ScriptedProvider extends InventoryProvider {
  /** Replaces what a class answers from now on. */
  set(className: string, rows: readonly InventoryRow[]): void;
  /** Changes columns of a single-row class. */
  change(className: string, columns: InventoryRow): void;
}

/** Values by class and column; every other declared column is null. */
const SMALL_SERVER: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> =
  {
    OS: { Caption: 'Debian GNU/Linux 12 (bookworm)', Version: '12' },
    ComputerSystem: { Manufacturer: 'Contoso', Model: 'Server 1' },
    Bios: { SerialNumber: 'SN-1' },
  };

export function createScriptedProvider(options: { readonly name: string }): ScriptedProvider {
  const documents = new Map<string, readonly InventoryRow[]>();
  const single = INVENTORY_CLASSES.filter((inventoryClass) => inventoryClass.key.length === 0);
  for (const inventoryClass of single) {
    const given = SMALL_SERVER[inventoryClass.name] ?? {};
    const row = Object.fromEntries(
      inventoryClass.columns.map((column) => [column.name, given[column.name] ?? null]),
    );
    documents.set(inventoryClass.name, [row]);
  }
  const change = (className: string, columns: InventoryRow): void => {
    documents.set(className, [{ ...documents.get(className)?.[0], ...columns }]);
  };
  change('Device', { Name: options.name });
  return {
    platform: 'linux',
    classes: [...documents.keys()],
    async collect(className, { signal } = {}) {
      signal?.throwIfAborted();
      return documents.get(className) ?? [];
    },
    set: (className, rows) => void documents.set(className, rows),
    change,
  };
}
