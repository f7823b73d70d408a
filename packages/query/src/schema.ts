import type { InventoryColumn } from '@moorline/model';

/** A class that queries may name. Every row has the column `DeviceId` besides the declared ones. */
export interface QueryClass {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Pick<InventoryColumn, 'name' | 'type' | 'unit' | 'description'>[];
}

/** The column that every class has: the id of the device that the row is of. */
export const DEVICE_ID = 'DeviceId';

export type ValueType = 'text' | 'number' | 'flag' | 'time';

/** Sizes of a query; what is beyond is refused. */
export const QUERY_LIMITS = {
  characters: 8192,
  conditions: 200,
  listValues: 1000,
  depth: 3,
  textLength: 1024,
} as const;

/** The type of a column as queries see it; undefined: there is no such column. */
export function typeOf(queryClass: QueryClass, column: string): ValueType | undefined {
  if (column === DEVICE_ID) return 'text';
  switch (queryClass.columns.find(({ name }) => name === column)?.type) {
    case 'string':
    case 'guid':
      return 'text';
    case 'int':
    case 'real':
      return 'number';
    case 'bool':
      return 'flag';
    case 'dateTime':
      return 'time';
    default:
      return undefined;
  }
}

/** Whether sums may be made of the column: whole numbers, whose sums never overflow. */
export function isWhole(queryClass: QueryClass, column: string): boolean {
  return queryClass.columns.find(({ name }) => name === column)?.type === 'int';
}
