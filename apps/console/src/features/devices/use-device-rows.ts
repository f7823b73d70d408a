import type { ManagedDevice } from '@moorline/contracts/admin';
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { DeviceListOptions } from './device-search.ts';
import { deviceWindowQuery, forgetFarWindows, WINDOW_ROWS, windowsFor } from './device-windows.ts';
import type { RowSpan } from './row-geometry.ts';

/** Rows that stay in sight this long are read; those that fly past are not. */
const SETTLE_MS = 80;

export interface DeviceRows {
  /** Undefined while it is not known. */
  at(index: number): ManagedDevice | undefined;
  readonly error: Error | null;
  retry(): void;
}

/** The devices around the rows in sight, read as they are looked at. */
export function useDeviceRows(
  options: DeviceListOptions,
  total: number,
  sight: RowSpan,
): DeviceRows {
  const queryClient = useQueryClient();
  const inSight = windowsFor(sight, total);
  const wanted = useSettled(options, inSight);
  const results = useQueries({
    queries: wanted.map((index) => deviceWindowQuery(options, index)),
  });
  const center = wanted[0] ?? 0;
  useEffect(() => forgetFarWindows(queryClient, options, center), [queryClient, options, center]);

  const known = new Map<number, readonly ManagedDevice[] | undefined>(
    wanted.map((index, position) => [index, results[position]?.data]),
  );
  const windowAt = (index: number): readonly ManagedDevice[] | undefined => {
    if (!known.has(index)) {
      known.set(index, queryClient.getQueryData(deviceWindowQuery(options, index).queryKey));
    }
    return known.get(index);
  };
  return {
    at: (index) => windowAt(Math.floor(index / WINDOW_ROWS))?.[index % WINDOW_ROWS],
    error: results.find((result) => result.error)?.error ?? null,
    retry: () => {
      for (const result of results) if (result.error) void result.refetch();
    },
  };
}

/** The windows in sight once they have rested; those of another list at once. */
function useSettled(options: DeviceListOptions, inSight: readonly number[]): readonly number[] {
  const [settled, setSettled] = useState({ options, windows: inSight });
  const key = inSight.join();
  useEffect(() => {
    const windows = key === '' ? [] : key.split(',').map(Number);
    const timer = setTimeout(() => setSettled({ options, windows }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [options, key]);
  const isOther = settled.options !== options || settled.windows.length === 0;
  return isOther ? inSight : settled.windows;
}
