import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

export const EXPLORER_PAGE = 100;

/** The catalogue of classes: the same for as long as the host runs. */
export const inventoryClassesQuery = queryOptions({
  queryKey: ['inventoryClasses'],
  queryFn: ({ signal }) => client.devices.inventoryClasses({ signal }),
  staleTime: 3_600_000,
});

export function inventoryOverviewQuery(deviceId: string) {
  return queryOptions({
    queryKey: ['inventory', deviceId, 'overview'],
    queryFn: ({ signal }) => client.devices.inventory(deviceId, { signal }),
    // A device that has just enrolled reports within a minute.
    refetchInterval: ({ state }) => (state.data?.length === 0 ? 3_000 : 60_000),
  });
}

/** Rows of one class. `hash` names the document: another one is another answer. */
export function inventoryDocumentQuery(
  deviceId: string,
  className: string,
  page: {
    readonly skip: number;
    readonly top: number;
    readonly hash: string;
    /** As it stood at the end of that day. */
    readonly day?: string | undefined;
    readonly sort?: string | undefined;
  },
) {
  return queryOptions({
    queryKey: ['inventory', deviceId, className, page],
    queryFn: ({ signal }) =>
      client.devices.inventoryDocument(deviceId, className, {
        skip: page.skip,
        top: page.top,
        day: page.day,
        orderBy: page.sort
          ? { field: page.sort.replace('-', ''), descending: page.sort.startsWith('-') }
          : undefined,
        signal,
      }),
    staleTime: 300_000,
  });
}

/** On which days a class was how. */
export function inventoryHistoryQuery(deviceId: string, className: string, hash: string) {
  return queryOptions({
    queryKey: ['inventory', deviceId, className, 'history', hash],
    queryFn: ({ signal }) => client.devices.inventoryHistory(deviceId, className, { signal }),
    staleTime: 300_000,
  });
}

export const DIFFERENCE_PAGE = 100;

/** What changed from one day to another, or until now. */
export function inventoryDifferenceQuery(
  deviceId: string,
  className: string,
  wanted: {
    readonly from: string;
    readonly to: string | undefined;
    readonly skip: number;
    readonly hash: string;
  },
) {
  return queryOptions({
    queryKey: ['inventory', deviceId, className, 'difference', wanted],
    queryFn: ({ signal }) =>
      client.devices.inventoryDifference(deviceId, className, {
        from: wanted.from,
        to: wanted.to,
        skip: wanted.skip,
        top: DIFFERENCE_PAGE,
        signal,
      }),
    staleTime: 300_000,
  });
}
