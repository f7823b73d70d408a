import { Text, tokens } from '@fluentui/react-components';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { actionListQuery } from '../actions/action-queries.ts';
import { ActionState } from '../actions/action-state.tsx';
import { actionTitle } from '../actions/action-words.ts';
import { deviceQuery } from '../devices/device-queries.ts';

const SHOWN = 8;

/** The newest actions on any device. */
export function RecentActions() {
  const { data, error, isPending, refetch } = useQuery(actionListQuery());
  const actions = (data ?? []).slice(0, SHOWN);
  const ids = [...new Set(actions.map((action) => action.managedDeviceId))];
  const devices = useQueries({ queries: ids.map((id) => deviceQuery(id)) });
  const nameOf = (id: string): string =>
    devices[ids.indexOf(id)]?.data?.deviceName ?? id.slice(0, 8);
  if (isPending) return <Loading label="Reading actions" />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (actions.length === 0) {
    return (
      <Text style={{ color: tokens.colorNeutralForeground3 }}>
        None yet. Open a device and choose “Sync machine policy” to see one run.
      </Text>
    );
  }
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
    {
      id: 'requested',
      title: 'Requested',
      isShort: true,
      cell: (action) => <Moment at={action.requestedDateTime} />,
    },
  ];
  return (
    <RecordTable
      isBare
      label="Recent actions"
      columns={columns}
      records={actions}
      keyOf={(action) => action.id}
    />
  );
}
