import type { DeviceTable } from './device-table.ts';
import type { Narrow } from './narrow.ts';
import type { Pace } from './pace.ts';
import { SEGMENT_ROWS, slotOf } from './segment.ts';
import { type Candidates, reserve, selectRange } from './select-range.ts';
import type { SortKey } from './sort-keys.ts';

/** The order of a list; its last key is the id, so that it is total. */
export type ScanOrder = readonly { readonly key: SortKey; readonly isDescending: boolean }[];

export interface Scan {
  readonly narrows: readonly Narrow[];
  readonly order: ScanOrder;
  /** The keys of the row that the page comes after, the id last; null: from the start. */
  readonly after: readonly string[] | null;
  readonly skip: number;
  readonly take: number;
}

/** One pass over the table: the slots of a page in their order, and how many rows match at all. */
export async function scanPage(
  table: DeviceTable,
  scan: Scan,
  candidates: Candidates,
  pace: Pace,
): Promise<{ readonly slots: readonly number[]; readonly count: number }> {
  const { order } = scan;
  const [main] = order;
  if (!main) throw new TypeError('a list has an order');
  const sign = main.isDescending ? -1 : 1;
  const bounds = scan.after?.map((text, index) => order[index]?.key.bound(text)) ?? null;
  const boundPrimary = (bounds?.[0]?.primary ?? Number.NEGATIVE_INFINITY) * (bounds ? sign : 1);
  // An indexed loop: of rows that are alike in the first key, this runs for every one.
  const isAfter = (slot: number): boolean => {
    for (let index = 0; index < order.length; index++) {
      const difference = bounds?.[index]?.compare(slot) ?? 1;
      if (difference !== 0) return order[index]?.isDescending ? difference < 0 : difference > 0;
    }
    return false;
  };
  const mask = new Uint8Array(SEGMENT_ROWS);
  candidates.length = 0;
  let count = 0;
  for (const [number, { present }] of table.segments.entries()) {
    mask.set(present);
    for (const narrow of scan.narrows) narrow(number, mask);
    reserve(candidates, SEGMENT_ROWS);
    const { slots, primaries } = candidates;
    const source = main.key.primaries(number);
    let { length } = candidates;
    for (let row = 0; row < SEGMENT_ROWS; row++) {
      if (mask[row] === 0) continue;
      count++;
      const primary = (source[row] ?? 0) * sign;
      const slot = slotOf(number, row);
      if (primary < boundPrimary || (primary === boundPrimary && !isAfter(slot))) continue;
      slots[length] = slot;
      primaries[length] = primary;
      length++;
    }
    candidates.length = length;
    if (pace.due()) await pace.rest();
  }
  return { slots: await selectRange(candidates, scan, compareBy(order), pace), count };
}

/** How many rows match. */
export async function scanCount(
  table: DeviceTable,
  narrows: readonly Narrow[],
  pace: Pace,
): Promise<number> {
  const mask = new Uint8Array(SEGMENT_ROWS);
  let count = 0;
  for (const [number, { present }] of table.segments.entries()) {
    mask.set(present);
    for (const narrow of narrows) narrow(number, mask);
    for (let row = 0; row < SEGMENT_ROWS; row++) count += mask[row] ?? 0;
    if (pace.due()) await pace.rest();
  }
  return count;
}

function compareBy(order: ScanOrder): (a: number, b: number) => number {
  return (a, b) => {
    for (const { key, isDescending } of order) {
      const difference = key.compare(a, b);
      if (difference !== 0) return isDescending ? -difference : difference;
    }
    return 0;
  };
}
