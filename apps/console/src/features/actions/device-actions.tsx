import { Link } from '@fluentui/react-components';
import { HistoryRegular } from '@fluentui/react-icons';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { EmptyState, ErrorNotice, Loading } from '../../ui/notices.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { actionListQuery } from './action-queries.ts';
import { ActionState } from './action-state.tsx';
import { actionTitle } from './action-words.ts';

/** The device's newest actions; each opens its trail. */
export function DeviceActions({
  deviceId,
  onOpenTrail,
  limit,
}: {
  deviceId: string;
  onOpenTrail: (actionId: string) => void;
  limit?: number;
}) {
  const { data, error, isPending, refetch } = useQuery(actionListQuery(deviceId));
  if (isPending) return <Loading label="Reading actions" />;
  if (error) {
    return (
      <ErrorNotice
        error={error}
        title="The actions could not be read"
        onRetry={() => void refetch()}
      />
    );
  }
  if (data.length === 0) {
    return (
      <EmptyState icon={<HistoryRegular />} title="No actions yet">
        Choose “Sync machine policy” above to make the device fetch its policy now. You can follow
        it here, hop by hop.
      </EmptyState>
    );
  }
  const columns: readonly RecordColumn<ActionAnswer>[] = [
    {
      id: 'action',
      title: 'Action',
      isShort: true,
      cell: (action) => (
        <Link as="button" onClick={() => onOpenTrail(action.id)}>
          {actionTitle(action.action)}
        </Link>
      ),
    },
    {
      id: 'state',
      title: 'State',
      isShort: true,
      cell: (action) => <ActionState action={action} />,
    },
    {
      id: 'reason',
      title: 'Why',
      minWidth: '240px',
      cell: (action) => <Reported text={action.result?.message ?? action.reason} />,
    },
    {
      id: 'requested',
      title: 'Requested',
      isShort: true,
      cell: (action) => <Moment at={action.requestedDateTime} />,
    },
    { id: 'by', title: 'By', cell: (action) => <Reported text={action.requestedBy} /> },
  ];
  return (
    <RecordTable
      label="Actions"
      columns={columns}
      records={limit === undefined ? data : data.slice(0, limit)}
      keyOf={(action) => action.id}
    />
  );
}
