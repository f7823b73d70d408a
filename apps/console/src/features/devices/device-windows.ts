import type { ManagedDevice } from '@moorline/contracts/admin';
import { hashKey, type QueryClient, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import type { DeviceListOptions } from './device-search.ts';
import type { RowSpan } from './row-geometry.ts';

/** Rows that are read at once. A list is known by windows of this size; most of it never is. */
export const WINDOW_ROWS = 100;
/** Rows beyond the sight that are read ahead. */
const READ_AHEAD_ROWS = 40;
/** Windows that are kept when they are out of sight: 3,000 rows, however long the list. */
const KEPT_WINDOWS = 30;

/** The `index`th window of the devices that match. Given up when nobody shows it any more. */
export function deviceWindowQuery(options: DeviceListOptions, index: number) {
  return queryOptions({
    queryKey: ['devices', 'window', options, index],
    queryFn: async ({ signal }): Promise<readonly ManagedDevice[]> => {
      const skip = index * WINDOW_ROWS;
      const page = await client.devices.list({
        ...options,
        top: WINDOW_ROWS,
        ...(skip > 0 ? { skip } : {}),
        signal,
      });
      return page.items;
    },
  });
}

/** How many devices match. */
export function deviceTotalQuery(options: DeviceListOptions) {
  return queryOptions({
    queryKey: ['devices', 'total', options],
    queryFn: async ({ signal }): Promise<number> => {
      const page = await client.devices.list({
        ...options,
        select: ['id'],
        top: 1,
        count: true,
        signal,
      });
      return page.count ?? page.items.length;
    },
  });
}

/** Windows that hold the rows in sight and a little around them. */
export function windowsFor(sight: RowSpan, total: number): readonly number[] {
  if (total === 0) return [];
  const first = Math.max(0, sight.first - READ_AHEAD_ROWS);
  const last = Math.min(total - 1, sight.last + READ_AHEAD_ROWS);
  const windows: number[] = [];
  for (let at = Math.floor(first / WINDOW_ROWS); at <= Math.floor(last / WINDOW_ROWS); at++) {
    windows.push(at);
  }
  return windows;
}

/** Forgets windows that nobody shows, those of other lists and the farthest from `center` first. */
export function forgetFarWindows(
  queryClient: QueryClient,
  options: DeviceListOptions,
  center: number,
): void {
  const list = hashKey([options]);
  const distance = ([, , of, index]: readonly unknown[]): number =>
    hashKey([of]) === list ? Math.abs(Number(index) - center) : Number.POSITIVE_INFINITY;
  const idle = queryClient
    .getQueryCache()
    .findAll({ queryKey: ['devices', 'window'], type: 'inactive' });
  if (idle.length <= KEPT_WINDOWS) return;
  const ranked = idle
    .map((query) => ({ query, distance: distance(query.queryKey) }))
    .sort((one, other) => one.distance - other.distance);
  for (const { query } of ranked.slice(KEPT_WINDOWS)) queryClient.getQueryCache().remove(query);
}
