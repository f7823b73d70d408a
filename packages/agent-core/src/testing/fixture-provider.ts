import { type InventoryRow, type InventoryValue, inventoryClass } from '@moorline/model';
import type { InventoryProvider } from '@moorline/model/ports';

/** A provider whose rows the test sets. */
export interface FixtureProvider extends InventoryProvider {
  set(className: string, rows: readonly InventoryRow[]): void;
  /** Classes collected so far, in order. */
  readonly collected: string[];
}

/** A row of the class with these values, null elsewhere. */
export function rowOf(
  className: string,
  values: Readonly<Record<string, InventoryValue>>,
): InventoryRow {
  const columns = inventoryClass(className)?.columns ?? [];
  return Object.fromEntries(columns.map(({ name }) => [name, values[name] ?? null]));
}

export function serviceRows(count: number): readonly InventoryRow[] {
  return Array.from({ length: count }, (_, index) =>
    rowOf('Service', { Name: `service-${index}.service`, DisplayName: 'A service of the fixture' }),
  );
}

/** Bios with one row, Service with twenty, User with none, until the test sets others. */
export function createFixtureProvider(): FixtureProvider {
  const rows = new Map<string, readonly InventoryRow[]>([
    ['Bios', [rowOf('Bios', { Manufacturer: 'Fixture', SerialNumber: 'F-1' })]],
    ['Service', serviceRows(20)],
    ['User', []],
  ]);
  const collected: string[] = [];
  return {
    platform: 'linux',
    get classes() {
      return [...rows.keys()];
    },
    collected,
    collect(className) {
      collected.push(className);
      return Promise.resolve(rows.get(className) ?? []);
    },
    set: (className, next) => {
      rows.set(className, next);
    },
  };
}
