import type { Connector } from '@moorline/contracts/admin';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import type { StatusTone } from '../../ui/status.tsx';

export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: ({ signal }) => client.connectors.list({ signal }),
});

export const CONNECTOR_STATUS: Readonly<
  Record<Connector['status'], { readonly name: string; readonly tone: StatusTone }>
> = {
  healthy: { name: 'Healthy', tone: 'good' },
  warning: { name: 'Warning', tone: 'warning' },
  unhealthy: { name: 'Unhealthy', tone: 'bad' },
};
