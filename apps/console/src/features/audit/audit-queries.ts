import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

const PAGE_SIZE = 100;
const RECENT = 6;

/** The audit log, page by page. */
export const auditEventsQuery = infiniteQueryOptions({
  queryKey: ['auditEvents', 'log'],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam, signal }) =>
    pageParam === undefined
      ? client.auditEvents.list({ top: PAGE_SIZE, signal })
      : client.auditEvents.nextPage(pageParam, { signal }),
  getNextPageParam: (page) => page.nextLink,
});

/** Its newest records. */
export const recentAuditEventsQuery = queryOptions({
  queryKey: ['auditEvents', 'recent'],
  queryFn: async ({ signal }) => (await client.auditEvents.list({ top: RECENT, signal })).items,
});
