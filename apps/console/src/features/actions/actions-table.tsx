import type { ActionAnswer } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { deviceNamesQuery } from '../devices/device-queries.ts';
import { ActionState } from './action-state.tsx';
import { actionTitle } from './action-words.ts';

/** Actions of any device; each leads to the device and to its trail there. */
export function ActionsTable({
  label,
  actions,
  isBrief = false,
}: {
  label: string;
  actions: readonly ActionAnswer[];
  /** In a card: without why it is where it is, and who asked. */
  isBrief?: boolean;
}) {
  const names = useQuery(deviceNamesQuery(actions.map((action) => action.managedDeviceId)));
  // An id instead of a name for the blink of an eye would only startle.
  const nameOf = (id: string): string =>
    names.data?.get(id) ?? (names.isFetching ? '…' : id.slice(0, 8));
  const columns: readonly RecordColumn<ActionAnswer>[] = [
    {
      id: 'device',
      title: 'Device',
      cell: (action) => (
        <TextLink to="/devices/$deviceId" params={{ deviceId: action.managedDeviceId }} search={{}}>
          <Reported text={nameOf(action.managedDeviceId)} />
        </TextLink>
      ),
    },
    {
      id: 'action',
      title: 'Action',
      isShort: true,
      cell: (action) => (
        <TextLink
          to="/devices/$deviceId"
          params={{ deviceId: action.managedDeviceId }}
          search={{ tab: 'actions', action: action.id }}
        >
          {actionTitle(action.action)}
        </TextLink>
      ),
    },
    {
      id: 'state',
      title: 'State',
      isShort: true,
      cell: (action) => <ActionState action={action} />,
    },
    ...(isBrief ? [] : [REASON]),
    {
      id: 'requested',
      title: 'Requested',
      isShort: true,
      cell: (action) => <Moment at={action.requestedDateTime} />,
    },
    ...(isBrief ? [] : [REQUESTED_BY]),
  ];
  return (
    <RecordTable
      isBare={isBrief}
      label={label}
      columns={columns}
      records={actions}
      keyOf={(action) => action.id}
    />
  );
}

const REASON: RecordColumn<ActionAnswer> = {
  id: 'reason',
  title: 'Why',
  minWidth: '240px',
  cell: (action) => <Reported text={action.result?.message ?? action.reason} />,
};
const REQUESTED_BY: RecordColumn<ActionAnswer> = {
  id: 'by',
  title: 'By',
  cell: (action) => <Reported text={action.requestedBy} />,
};
