import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

export const cloudAttachQuery = queryOptions({
  queryKey: ['cloudAttach'],
  queryFn: ({ signal }) => client.cloudAttach.get({ signal }),
});
