import { odataLiteral } from '@moorline/admin-client';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

/** How many devices there are, and how they divide. */
export const deviceOverviewQuery = queryOptions({
  queryKey: ['devices', 'overview'],
  queryFn: ({ signal }) => client.devices.overview({ signal }),
});

export function deviceQuery(id: string) {
  return queryOptions({
    queryKey: ['device', id],
    queryFn: ({ signal }) => client.devices.get(id, { signal }),
  });
}

/** Ids that one request asks for: its address stays short. */
const NAMES_AT_ONCE = 100;

/** What the devices are called, by id; those that have gone or told no name are left out. */
export function deviceNamesQuery(ids: readonly string[]) {
  const wanted = [...new Set(ids)].sort();
  return queryOptions({
    queryKey: ['deviceNames', wanted],
    enabled: wanted.length > 0,
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
      const names = new Map<string, string>();
      for (let start = 0; start < wanted.length; start += NAMES_AT_ONCE) {
        const part = wanted.slice(start, start + NAMES_AT_ONCE);
        const page = await client.devices.list({
          filter: `id in (${part.map(odataLiteral).join(',')})`,
          select: ['id', 'deviceName'],
          top: NAMES_AT_ONCE,
          signal,
        });
        for (const { id, deviceName } of page.items) if (deviceName) names.set(id, deviceName);
      }
      return names;
    },
    structuralSharing: false,
    placeholderData: (before) => before,
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
