import type { DeviceField, OrderBy } from '@moorline/admin-client';
import { ManagedDevice } from '@moorline/contracts/admin';
import { usageError } from '../../errors.ts';
import { oneOf } from '../../suggest.ts';

/** Every member of a device, by the contract's own names. */
// The schema's keys are the type's.
export const DEVICE_FIELDS = Object.keys(ManagedDevice.properties) as readonly DeviceField[];

export const LIST_COLUMNS: readonly DeviceField[] = [
  'deviceName',
  'operatingSystem',
  'osVersion',
  'manufacturer',
  'model',
  'online',
  'lastSyncDateTime',
  'connectorName',
];

/** @throws `cli.usage` with the nearest column */
export function deviceColumns(words: readonly string[]): readonly DeviceField[] {
  return words.map((word) => oneOf('column', word, DEVICE_FIELDS));
}

/** `deviceName`, `lastSyncDateTime desc`. @throws `cli.usage` with the nearest column */
export function deviceOrder(words: readonly string[]): readonly OrderBy<DeviceField>[] {
  return words.map((word) => {
    const [field = '', direction = 'asc', ...rest] = word.split(/\s+/);
    if (rest.length > 0 || !/^(asc|desc)$/i.test(direction)) {
      throw usageError(`--order-by takes a column, then asc or desc; not "${word}".`);
    }
    return {
      field: oneOf('column', field, DEVICE_FIELDS),
      descending: direction.toLowerCase() === 'desc',
    };
  });
}
