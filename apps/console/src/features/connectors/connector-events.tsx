import { Text } from '@fluentui/react-components';
import type { ConnectorEvent } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { connectorEventsQuery } from './connector-queries.ts';

const SEVERITIES = {
  info: { name: 'Information', tone: 'quiet' },
  warning: { name: 'Warning', tone: 'warning' },
  error: { name: 'Error', tone: 'bad' },
} as const;

const KINDS: Readonly<Record<ConnectorEvent['kind'], string>> = {
  attached: 'Attached',
  detached: 'Detached',
  connected: 'Connected',
  disconnected: 'Disconnected',
  statusChanged: 'Status',
  certificateRenewed: 'Certificate',
  changeLogReplaced: 'Change log',
  cloneRefused: 'Second server',
  batchRefused: 'Batch refused',
};

const COLUMNS: readonly RecordColumn<ConnectorEvent>[] = [
  {
    id: 'time',
    title: 'When',
    isShort: true,
    cell: (event) => <Moment at={event.eventDateTime} />,
  },
  {
    id: 'severity',
    title: 'Severity',
    isShort: true,
    cell: ({ severity }) => (
      <Status tone={SEVERITIES[severity].tone}>{SEVERITIES[severity].name}</Status>
    ),
  },
  { id: 'kind', title: 'Event', isShort: true, cell: ({ kind }) => KINDS[kind] },
  {
    id: 'message',
    title: 'What happened',
    minWidth: '260px',
    cell: (event) => <Reported text={event.message} />,
  },
];

/** The last hundred things that happened to a connector. */
export function ConnectorEvents({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useQuery(connectorEventsQuery(id));
  return (
    <Section title="Events" aside="The last hundred, newest first">
      {isPending ? <Loading label="Reading events" /> : null}
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {data?.length === 0 ? <Text>Nothing has happened yet.</Text> : null}
      {data && data.length > 0 ? (
        <RecordTable
          isBare
          label="Connector events"
          columns={COLUMNS}
          records={data}
          keyOf={(event) => event.id}
        />
      ) : null}
    </Section>
  );
}
