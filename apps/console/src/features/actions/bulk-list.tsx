import type { BulkActionAnswer } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { formatNumber } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { actionTitle } from './action-words.ts';
import { bulkListQuery } from './bulk-queries.ts';

const COLUMNS: readonly RecordColumn<BulkActionAnswer>[] = [
  {
    id: 'action',
    title: 'Action',
    isShort: true,
    cell: (bulk) => (
      <TextLink to="/bulk-actions/$bulkActionId" params={{ bulkActionId: bulk.id }}>
        {actionTitle(bulk.action)}
      </TextLink>
    ),
  },
  {
    id: 'devices',
    title: 'Devices',
    isNumber: true,
    cell: (bulk) => formatNumber(bulk.deviceCount),
  },
  {
    id: 'succeeded',
    title: 'Succeeded',
    isNumber: true,
    cell: (bulk) => formatNumber(bulk.counts.succeeded),
  },
  {
    id: 'open',
    title: 'Under way',
    isNumber: true,
    cell: ({ counts }) => formatNumber(counts.waiting + counts.queued + counts.running),
  },
  {
    id: 'requested',
    title: 'Requested',
    isShort: true,
    cell: (bulk) => <Moment at={bulk.requestedDateTime} />,
  },
  { id: 'by', title: 'By', cell: (bulk) => <Reported text={bulk.requestedBy} /> },
];

/** The newest bulk actions; nothing while there is none. */
export function BulkList() {
  const { data = [] } = useQuery(bulkListQuery);
  if (data.length === 0) return null;
  return (
    <Section title="Bulk actions">
      <RecordTable
        label="Bulk actions"
        columns={COLUMNS}
        records={data}
        keyOf={(bulk) => bulk.id}
        isBare
      />
    </Section>
  );
}
