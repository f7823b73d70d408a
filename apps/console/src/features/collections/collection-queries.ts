import { compare, odataLiteral } from '@moorline/admin-client';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

const PAGE = 100;
/** Collections and devices that a picker offers at once. */
const OFFERED = 20;

/** Collections whose names begin so, by name, page by page. */
export function collectionListQuery(search: string) {
  return infiniteQueryOptions({
    queryKey: ['collections', 'list', search],
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined
        ? client.collections.list({
            orderBy: [{ field: 'displayName' }],
            top: PAGE,
            count: true,
            search,
            signal,
          })
        : client.collections.nextPage(pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextLink,
    placeholderData: (before) => before,
  });
}

/** The collection with its version. */
export function collectionQuery(id: string) {
  return queryOptions({
    queryKey: ['collection', id, 'definition'],
    queryFn: ({ signal }) => client.collections.getVersioned(id, { signal }),
  });
}

/** Members by name, page by page. */
export function membersQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['collection', id, 'members'],
    queryFn: ({ pageParam, signal }) =>
      client.collections.membersPage(id, { top: PAGE, nextLink: pageParam, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextLink,
  });
}

export function whyQuery(id: string, deviceId: string) {
  return queryOptions({
    queryKey: ['collection', id, 'why', deviceId],
    queryFn: ({ signal }) => client.collections.why(id, deviceId, { signal }),
  });
}

/** Collections that the device is in, by name. */
export function deviceCollectionsQuery(deviceId: string) {
  return queryOptions({
    queryKey: ['deviceCollections', deviceId],
    queryFn: ({ signal }) => client.collections.ofDevice(deviceId, { signal }),
  });
}

/** What collections are called, by id. */
export function collectionNamesQuery(ids: readonly string[]) {
  const wanted = [...new Set(ids)].sort();
  return queryOptions({
    queryKey: ['collections', 'names', wanted],
    enabled: wanted.length > 0,
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
      const names = new Map<string, string>();
      for (let start = 0; start < wanted.length; start += PAGE) {
        const part = wanted.slice(start, start + PAGE);
        const page = await client.collections.list({
          filter: `id in (${part.map(odataLiteral).join(',')})`,
          select: ['id', 'displayName'],
          top: PAGE,
          signal,
        });
        for (const { id, displayName } of page.items) names.set(id, displayName);
      }
      return names;
    },
    structuralSharing: false,
    placeholderData: (before) => before,
  });
}

/** Collections that a picker offers for what was typed. */
export function offeredCollectionsQuery(typed: string) {
  return queryOptions({
    queryKey: ['collections', 'offered', typed],
    queryFn: async ({ signal }) =>
      (
        await client.collections.list({
          select: ['id', 'displayName'],
          orderBy: [{ field: 'displayName' }],
          top: OFFERED,
          search: typed,
          signal,
        })
      ).items,
    placeholderData: (before) => before,
  });
}

/** Devices that a picker offers for what was typed. */
export function offeredDevicesQuery(typed: string) {
  return queryOptions({
    queryKey: ['devices', 'offered', typed],
    queryFn: async ({ signal }) =>
      (
        await client.devices.list({
          filter: compare('deviceName', 'ne', null),
          select: ['id', 'deviceName'],
          orderBy: [{ field: 'deviceName' }],
          top: OFFERED,
          search: typed,
          signal,
        })
      ).items,
    placeholderData: (before) => before,
  });
}

/** What is wrong with a query; asked once for each text. */
export function queryCheckQuery(query: string) {
  return queryOptions({
    queryKey: ['queryCheck', query],
    enabled: query.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    queryFn: async ({ signal }) => ({
      query,
      problems: (await client.collections.checkQuery(query, { signal })).problems,
    }),
    placeholderData: (before) => before,
  });
}
