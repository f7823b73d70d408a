import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

export const administratorsQuery = queryOptions({
  queryKey: ['administrators'],
  queryFn: ({ signal }) => client.administrators.list({ signal }),
});
