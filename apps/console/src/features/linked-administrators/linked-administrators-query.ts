import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

/** As whom administrators of the tenant act at this site. */
export const linkedAdministratorsQuery = queryOptions({
  queryKey: ['linkedAdministrators'],
  queryFn: ({ signal }) => client.cloudAttach.linkedAdministrators({ signal }),
});
