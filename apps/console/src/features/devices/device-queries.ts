import type { Filter } from '@moorline/admin-client';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

export function deviceCountQuery(filter?: Filter) {
  return queryOptions({
    queryKey: ['devices', 'count', filter ?? ''],
    queryFn: ({ signal }) => client.devices.count(filter, { signal }),
  });
}

/** Names of operating systems to filter by: those of the devices contacted last. */
export const operatingSystemsQuery = queryOptions({
  queryKey: ['operatingSystems'],
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

/** Changes come in bursts; what is shown is read again after at least this rest. */
const REST_MS = 1_000;
/** A host that takes long to answer is asked less often: of its time, one part in this many. */
const REST_SHARE = 10;

const resting = new WeakMap<QueryClient, { isChanged: boolean }>();

/**
 * Brings what is shown of the named devices up to date; no ids: of any. Lists are read again where they are looked
 * at, and what is the same in them stays the same object, so that only what changed is drawn again.
 */
export function applyDeviceChanges(queryClient: QueryClient, ids: readonly string[]): void {
  if (ids.length === 0) void queryClient.invalidateQueries({ queryKey: ['device'] });
  for (const id of ids) void queryClient.invalidateQueries({ queryKey: ['device', id] });
  const rest = resting.get(queryClient);
  if (rest) rest.isChanged = true;
  else void refreshLists(queryClient);
}

async function refreshLists(queryClient: QueryClient): Promise<void> {
  const rest = { isChanged: true };
  resting.set(queryClient, rest);
  while (rest.isChanged) {
    rest.isChanged = false;
    const begun = performance.now();
    await queryClient.invalidateQueries({ queryKey: ['devices'] });
    const tookMs = performance.now() - begun;
    await new Promise((resolve) => setTimeout(resolve, Math.max(REST_MS, tookMs * REST_SHARE)));
  }
  resting.delete(queryClient);
}
