import {
  Breadcrumb,
  BreadcrumbDivider,
  BreadcrumbItem,
  Button,
  makeStyles,
  ProgressBar,
  Text,
  tokens,
} from '@fluentui/react-components';
import type { BulkActionAnswer, BulkActionDevice } from '@moorline/contracts/admin';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatDateTime, formatNumber } from '../../ui/format.ts';
import { LiveBadge } from '../../ui/live-badge.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { actionTitle, stateWords } from './action-words.ts';
import { bulkDevicesQuery, bulkQuery } from './bulk-queries.ts';

const useStyles = makeStyles({
  crumbs: { marginBottom: '-12px', order: -1 },
  progress: { display: 'grid', gap: tokens.spacingVerticalXS },
});

const route = getRouteApi('/inside/bulk-actions/$bulkActionId');

const COUNT_TITLES: Readonly<Record<keyof BulkActionAnswer['counts'], string>> = {
  waiting: 'Not looked at yet',
  queued: 'Queued',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  refused: 'Refused',
  expired: 'Expired',
  cancelled: 'Cancelled',
  notSupported: 'Not supported',
  notFound: 'Not found',
};

/** How a bulk action stands, with what came of each of its devices. */
export function BulkActionPage() {
  const styles = useStyles();
  const { bulkActionId } = route.useParams();
  const { data: bulk, error, isPending, refetch } = useQuery(bulkQuery(bulkActionId));
  const title = bulk
    ? `${actionTitle(bulk.action)} on ${devices(bulk.deviceCount)}`
    : 'Bulk action';
  return (
    <Page title={title} badges={<LiveBadge />}>
      <Breadcrumb className={styles.crumbs} aria-label="Where this is">
        <BreadcrumbItem>
          <TextLink to="/actions">Device actions</TextLink>
        </BreadcrumbItem>
        <BreadcrumbDivider />
        <BreadcrumbItem>Bulk action</BreadcrumbItem>
      </Breadcrumb>
      {isPending ? <Loading label="Reading the bulk action" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The bulk action could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {bulk ? (
        <>
          <Progress bulk={bulk} />
          <div>
            <CancelBulkButton bulk={bulk} />
          </div>
          <BulkDevices id={bulk.id} />
        </>
      ) : null}
    </Page>
  );
}

function Progress({ bulk }: { bulk: BulkActionAnswer }) {
  const styles = useStyles();
  const { counts, deviceCount } = bulk;
  const open = counts.waiting + counts.queued + counts.running;
  const ended = deviceCount - open;
  const told = Object.entries(COUNT_TITLES).flatMap(([name, term]) => {
    const count = counts[name as keyof typeof counts]; // the titles' keys are the counts'
    return count > 0 ? [{ term, value: formatNumber(count) }] : [];
  });
  return (
    <>
      <div className={styles.progress}>
        <Text aria-live="polite">
          {formatNumber(ended)} of {devices(deviceCount)} at the end
        </Text>
        <ProgressBar
          aria-label="Devices at the end"
          value={deviceCount === 0 ? 1 : ended / deviceCount}
          thickness="large"
          color={bulk.isFinal && counts.succeeded < deviceCount ? 'warning' : 'brand'}
        />
      </div>
      <Facts
        facts={[
          ...told,
          { term: 'Requested', value: formatDateTime(bulk.requestedDateTime) },
          { term: 'By', value: <Reported text={bulk.requestedBy} /> },
          {
            term: 'Expires',
            value: `${formatDateTime(bulk.expirationDateTime)}, where a device has not fetched it`,
          },
          ...(bulk.cancelledDateTime === null
            ? []
            : [
                {
                  term: 'Cancelled',
                  value: `${formatDateTime(bulk.cancelledDateTime)} by ${bulk.cancelledBy}`,
                },
              ]),
        ]}
      />
    </>
  );
}

function CancelBulkButton({ bulk }: { bulk: BulkActionAnswer }) {
  const queryClient = useQueryClient();
  const { failed } = useToasts();
  const { allowed, reason } = usePermission('actions.cancel');
  const cancel = useMutation({
    mutationFn: () => client.bulkActions.cancel(bulk.id),
    onSuccess: (answer) => queryClient.setQueryData(bulkQuery(bulk.id).queryKey, answer),
    onError: failed,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['actions'] }),
  });
  if (bulk.isFinal) return null;
  return (
    <WithReason reason={reason}>
      <Button
        disabledFocusable={!allowed || cancel.isPending || bulk.cancelledDateTime !== null}
        onClick={() => cancel.mutate()}
      >
        {bulk.cancelledDateTime === null ? 'Cancel what has not ended' : 'Cancelled'}
      </Button>
    </WithReason>
  );
}

const COLUMNS: readonly RecordColumn<BulkActionDevice>[] = [
  {
    id: 'device',
    title: 'Device',
    cell: (device) =>
      device.deviceName === null ? (
        device.managedDeviceId
      ) : (
        <TextLink to="/devices/$deviceId" params={{ deviceId: device.managedDeviceId }}>
          <Reported text={device.deviceName} />
        </TextLink>
      ),
  },
  { id: 'state', title: 'State', isShort: true, cell: (device) => bulkStateName(device.state) },
  {
    id: 'reason',
    title: 'Why',
    minWidth: '240px',
    cell: (device) => <Reported text={device.reason} />,
  },
];

const OWN_STATES: Readonly<Record<string, string>> = {
  waiting: 'Not looked at yet',
  notFound: 'Not found',
  notSupported: 'Not supported',
  forgotten: 'No longer kept',
};

function bulkStateName(state: string): string {
  return OWN_STATES[state] ?? stateWords(state).name;
}

function BulkDevices({ id }: { id: string }) {
  const query = useInfiniteQuery(bulkDevicesQuery(id));
  const shown = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {query.error ? (
        <ErrorNotice error={query.error} title="Its devices could not be read" />
      ) : null}
      {shown.length > 0 ? (
        <RecordTable
          label="Devices of the bulk action"
          columns={COLUMNS}
          records={shown}
          keyOf={(device) => device.managedDeviceId}
        />
      ) : null}
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            Show more devices
          </Button>
        </div>
      ) : null}
    </>
  );
}

function devices(count: number): string {
  return `${formatNumber(count)} ${count === 1 ? 'device' : 'devices'}`;
}
