import { ACTIVE_WITHIN_MS } from '../entity.ts';
import type { DeviceGroup } from '../overview.ts';
import type { DeviceTable } from './device-table.ts';
import { fromByteString } from './dictionary.ts';
import { originText } from './narrow.ts';
import type { Pace } from './pace.ts';
import { SEGMENT_ROWS } from './segment.ts';
import { microsecondsOf } from './time.ts';

const NO_ROWS = new Float64Array(SEGMENT_ROWS);
const NO_FLAGS = new Uint8Array(SEGMENT_ROWS);
const NO_CODES = new Uint32Array(SEGMENT_ROWS);

/** One pass over the table: its devices in the groups that totals are made of. */
export async function scanGroups(
  table: DeviceTable,
  now: number,
  pace: Pace,
): Promise<readonly DeviceGroup[]> {
  const { origin, operatingSystemName: system, online, lastContactAt } = table.columns;
  const since = microsecondsOf(now - ACTIVE_WITHIN_MS);
  // By the connector's code, then by what else tells groups apart: names are as many as devices make them.
  const counts = new Map<number, Map<number, { count: number }>>();
  for (const [number, { present }] of table.segments.entries()) {
    const origins = origin.segments[number] ?? NO_CODES;
    const names = system.segments[number] ?? NO_CODES;
    const flags = online.segments[number] ?? NO_FLAGS;
    const times = lastContactAt.segments[number] ?? NO_ROWS;
    let code = -1;
    let ofOrigin = new Map<number, { count: number }>();
    for (let row = 0; row < SEGMENT_ROWS; row++) {
      if (present[row] === 0) continue;
      if (origins[row] !== code) {
        code = origins[row] ?? 0;
        ofOrigin = counts.get(code) ?? new Map();
        counts.set(code, ofOrigin);
      }
      const isActive = (times[row] ?? 0) >= since ? 1 : 0;
      const group = ((names[row] ?? 0) << 2) | ((flags[row] ?? 0) << 1) | isActive;
      const tally = ofOrigin.get(group);
      if (tally) tally.count++;
      else ofOrigin.set(group, { count: 1 });
    }
    if (pace.due()) await pace.rest();
  }
  return [...counts].flatMap(([code, ofOrigin]) => {
    const bytes = origin.dictionary.texts[code] ?? null;
    const connector = bytes === null ? null : originText(bytes);
    return [...ofOrigin].map(([group, { count }]): DeviceGroup => {
      const name = system.dictionary.texts[group >>> 2] ?? null;
      return {
        origin: connector,
        operatingSystem: name === null ? null : fromByteString(name),
        isOnline: (group & 2) !== 0,
        isActive: (group & 1) !== 0,
        count,
      };
    });
  });
}
