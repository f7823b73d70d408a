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
  });
}

/** Rows of one class. `hash` names the document: another one is another answer. */
export function inventoryDocumentQuery(
  deviceId: string,
  className: string,
  page: { readonly skip: number; readonly top: number; readonly hash: string },
) {
  return queryOptions({
    queryKey: ['inventory', deviceId, className, page],
    queryFn: ({ signal }) =>
      client.devices.inventoryDocument(deviceId, className, {
        skip: page.skip,
        top: page.top,
        signal,
      }),
    staleTime: 300_000,
  });
}
