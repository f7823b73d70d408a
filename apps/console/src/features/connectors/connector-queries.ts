import type { Connector, ConnectorAspect } from '@moorline/contracts/admin';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import type { StatusTone } from '../../ui/status.tsx';

export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: ({ signal }) => client.connectors.list({ signal }),
});

// Below the key of the list: what is said of any connector concerns these too.
export const connectorQuery = (id: string) =>
  queryOptions({
    queryKey: ['connectors', id],
    queryFn: ({ signal }) => client.connectors.get(id, { signal }),
  });

export const connectorEventsQuery = (id: string) =>
  queryOptions({
    queryKey: ['connectors', id, 'events'],
    queryFn: ({ signal }) => client.connectors.events(id, { signal }),
  });

export const CONNECTOR_STATUS: Readonly<
  Record<Connector['status'], { readonly name: string; readonly tone: StatusTone }>
> = {
  healthy: { name: 'Healthy', tone: 'good' },
  warning: { name: 'Warning', tone: 'warning' },
  unhealthy: { name: 'Unhealthy', tone: 'bad' },
  notEnabled: { name: 'Not enabled', tone: 'quiet' },
};

export const ASPECT_NAMES: Readonly<Record<ConnectorAspect['aspect'], string>> = {
  connection: 'Connection',
  probe: 'Probe',
  upload: 'Upload',
  batches: 'Batches',
  digests: 'Digests',
  certificate: 'Certificate',
  endpoints: 'Endpoints',
  identity: 'Identity',
};
