import type { Moment } from '../population.ts';

/**
 * Which state of each class of each device the authority has acknowledged, as the moment that it follows from:
 * twelve bytes instead of the rows.
 */
export interface Ledger {
  acknowledged(device: number, classIndex: number): Moment | null;
  acknowledge(device: number, classIndex: number, moment: Moment): void;
  /** Nothing of the device is known to be acknowledged any more. */
  forget(device: number): void;
  /** As a device that was restored from a backup: believes in an older state than the authority has. */
  rewind(device: number, hours: number): void;
  /** How often the class was changed by hand. */
  bump(device: number, classIndex: number): number;
  addBump(device: number, classIndex: number): number;
  readonly bytes: Uint8Array;
}

/** @param saved `bytes` of a former ledger of as many classes; it may be of more or fewer devices */
export function createLedger(devices: number, classes: number, saved?: Buffer): Ledger {
  const cells = devices * classes;
  const values = new Int32Array(cells * 3);
  const bytes = new Uint8Array(values.buffer);
  if (saved) bytes.set(saved.subarray(0, bytes.length));
  // Hour 0 is none: 1970 is not simulated.
  const cellOf = (device: number, classIndex: number): number =>
    (device * classes + classIndex) * 3;
  const valueAt = (cell: number): number => values[cell] ?? 0;
  return {
    acknowledged(device, classIndex) {
      const cell = cellOf(device, classIndex);
      const hour = valueAt(cell);
      return hour === 0 ? null : { hour, bump: valueAt(cell + 1) };
    },
    acknowledge(device, classIndex, { hour, bump }) {
      const cell = cellOf(device, classIndex);
      values[cell] = hour;
      values[cell + 1] = bump;
    },
    forget(device) {
      for (let index = 0; index < classes; index++) values[cellOf(device, index)] = 0;
    },
    rewind(device, hours) {
      for (let index = 0; index < classes; index++) {
        const cell = cellOf(device, index);
        values[cell] = Math.max(0, valueAt(cell) - hours);
      }
    },
    bump: (device, classIndex) => valueAt(cellOf(device, classIndex) + 2),
    addBump(device, classIndex) {
      const cell = cellOf(device, classIndex) + 2;
      values[cell] = valueAt(cell) + 1;
      return valueAt(cell);
    },
    bytes,
  };
}
