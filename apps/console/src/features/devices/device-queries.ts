import type { DeviceField, Filter, ListOptions, Page } from '@moorline/admin-client';
import type { ManagedDevice } from '@moorline/contracts/admin';
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { client } from '../../app/client.ts';

const PAGE_SIZE = 100;

/** The devices that match, page by page. */
export function deviceListQuery(options: ListOptions<DeviceField>) {
  return infiniteQueryOptions({
    queryKey: ['devices', 'list', options],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }): Promise<Page<ManagedDevice>> =>
      pageParam === undefined
        ? client.devices.list({ ...options, top: PAGE_SIZE, count: true, signal })
        : client.devices.nextPage(pageParam, { signal }),
    getNextPageParam: (page) => page.nextLink,
  });
}

export function deviceCountQuery(filter?: Filter) {
  return queryOptions({
    queryKey: ['devices', 'count', filter ?? ''],
    queryFn: ({ signal }) => client.devices.count(filter, { signal }),
  });
}

/** Names of operating systems to filter by: those of the devices contacted last. */
export const operatingSystemsQuery = queryOptions({
  queryKey: ['devices', 'operatingSystems'],
  queryFn: async ({ signal }): Promise<readonly string[]> => {
    const page = await client.devices.list({
      select: ['operatingSystem'],
      orderBy: [{ field: 'lastSyncDateTime', descending: true }],
      top: 500,
      signal,
    });
    const names = page.items.flatMap(({ operatingSystem }) => operatingSystem ?? []);
    return [...new Set(names)].sort();
  },
  staleTime: 300_000,
});

export function deviceQuery(id: string) {
  return queryOptions({
    queryKey: ['device', id],
    queryFn: ({ signal }) => client.devices.get(id, { signal }),
  });
}

/** Lists longer than this are mended row by row, not read again from their start. */
const WHOLE_LIST_PAGES = 3;
const ROWS_AT_ONCE = 20;
/** Changes come in bursts; a list is read again at most this often. */
const LIST_REST_MS = 1_000;

const pending = new WeakMap<QueryClient, { ids: Set<string>; everything: boolean }>();

/** Brings what is shown of the named devices up to date; no ids: of any. */
export function applyDeviceChanges(queryClient: QueryClient, ids: readonly string[]): void {
  if (ids.length === 0) void queryClient.invalidateQueries({ queryKey: ['device'] });
  for (const id of ids) void queryClient.invalidateQueries({ queryKey: ['device', id] });
  const waiting = pending.get(queryClient);
  if (waiting) {
    for (const id of ids) waiting.ids.add(id);
    waiting.everything ||= ids.length === 0;
    return;
  }
  const fresh = { ids: new Set<string>(), everything: false };
  pending.set(queryClient, fresh);
  void refreshLists(queryClient, new Set(ids), ids.length === 0);
  setTimeout(() => {
    pending.delete(queryClient);
    if (fresh.everything) applyDeviceChanges(queryClient, []);
    else if (fresh.ids.size > 0) applyDeviceChanges(queryClient, [...fresh.ids]);
  }, LIST_REST_MS);
}

type DevicePages = InfiniteData<Page<ManagedDevice>, string | undefined>;

async function refreshLists(
  queryClient: QueryClient,
  ids: ReadonlySet<string>,
  everything: boolean,
): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: ['devices', 'count'] });
  for (const [queryKey, data] of queryClient.getQueriesData<DevicePages>({
    queryKey: ['devices', 'list'],
  })) {
    if (!data || data.pages.length <= WHOLE_LIST_PAGES) {
      void queryClient.invalidateQueries({ queryKey, exact: true });
      continue;
    }
    const rows = data.pages.flatMap((page) => page.items.map((device) => device.id));
    const changed = everything ? [] : rows.filter((id) => ids.has(id)).slice(0, ROWS_AT_ONCE);
    const read = await Promise.allSettled(changed.map((id) => client.devices.get(id)));
    const now = new Map(
      read.flatMap((result) =>
        result.status === 'fulfilled' ? [[result.value.id, result.value] as const] : [],
      ),
    );
    queryClient.setQueryData<DevicePages>(queryKey, (present) =>
      present
        ? {
            ...present,
            pages: present.pages.map((page) => ({
              ...page,
              items: page.items.map((device) => now.get(device.id) ?? device),
            })),
          }
        : present,
    );
  }
}
