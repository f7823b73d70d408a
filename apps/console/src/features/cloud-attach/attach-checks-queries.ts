import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

/** Looks at the way to the tenant each time: read when the page opens, and when somebody asks. */
export const prerequisitesQuery = queryOptions({
  queryKey: ['attachPrerequisites'],
  queryFn: ({ signal }) => client.cloudAttach.prerequisites({}, { signal }),
  refetchOnWindowFocus: false,
  staleTime: 60_000,
});

/** What the site's own checks found last. */
export const endpointsQuery = queryOptions({
  queryKey: ['cloudAttach', 'endpoints'],
  queryFn: ({ signal }) => client.cloudAttach.endpoints({ signal }),
});
