import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

const LOOK_MS = 2_000;

/** The newest bulk actions. */
export const bulkListQuery = queryOptions({
  queryKey: ['actions', 'bulk', 'list'],
  queryFn: ({ signal }) => client.bulkActions.list({ top: 10, signal }),
});

/** One bulk action; looked at again while it has not ended. */
export function bulkQuery(id: string) {
  return queryOptions({
    queryKey: ['actions', 'bulk', id],
    queryFn: ({ signal }) => client.bulkActions.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.isFinal ? false : LOOK_MS),
  });
}

/** What came of its devices, page by page. */
export function bulkDevicesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['actions', 'bulk', id, 'devices'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      pageParam === undefined
        ? client.bulkActions.devices(id, { signal })
        : client.bulkActions.nextDevices(pageParam, { signal }),
    getNextPageParam: (page) => page.nextLink,
  });
}
