import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { ShieldCheckmarkRegular } from '@fluentui/react-icons';
import type { AuditEvent } from '@moorline/contracts/admin';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { formatDateTime, formatFullTime, formatNumber } from '../../ui/format.ts';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { type RecordColumn, RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Status } from '../../ui/status.tsx';
import { auditEventsQuery } from './audit-queries.ts';

const useStyles = makeStyles({
  bar: { display: 'flex', gap: tokens.spacingHorizontalS, flexWrap: 'wrap' },
  details: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
    color: tokens.colorNeutralForeground2,
  },
});

/** Who did what here, newest first. */
export function AuditLogsPage() {
  const styles = useStyles();
  const query = useInfiniteQuery(auditEventsQuery);
  const verify = useMutation({ mutationFn: () => client.auditEvents.verify() });
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Audit logs"
      intro="Every change, sign-in and refused attempt at this host. Each record holds the hash of the one before, so that a record changed or taken out later is found."
    >
      <div className={styles.bar}>
        <Button onClick={() => void query.refetch()} disabled={query.isFetching}>
          Refresh
        </Button>
        <Button
          icon={verify.isPending ? <Spinner size="tiny" /> : <ShieldCheckmarkRegular />}
          onClick={() => verify.mutate()}
          disabledFocusable={verify.isPending}
        >
          Verify the chain
        </Button>
      </div>
      {verify.error ? (
        <ErrorNotice error={verify.error} title="The chain was not verified" />
      ) : null}
      {verify.data ? (
        <MessageBar intent={verify.data.isIntact ? 'success' : 'error'} layout="multiline">
          <MessageBarBody>
            {verify.data.isIntact
              ? `All ${formatNumber(verify.data.records)} records follow from one another: nothing was changed or taken out.`
              : `Record ${verify.data.brokenAt} does not follow from the one before: the log was changed. Keep a copy of the database and find out who had access to it.`}
          </MessageBarBody>
        </MessageBar>
      ) : null}
      {query.isPending ? <Loading label="Reading the audit log" /> : null}
      {query.error ? (
        <ErrorNotice
          error={query.error}
          title="The audit log could not be read"
          onRetry={() => void query.refetch()}
        />
      ) : null}
      {events.length > 0 ? <AuditTable events={events} /> : null}
      {query.hasNextPage ? (
        <div>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {query.isFetchingNextPage ? 'Reading…' : 'Show older records'}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

function AuditTable({ events }: { events: readonly AuditEvent[] }) {
  const styles = useStyles();
  const columns: readonly RecordColumn<AuditEvent>[] = [
    { id: 'number', title: 'No.', isNumber: true, cell: (event) => event.sequence },
    {
      id: 'time',
      title: 'Time',
      isShort: true,
      cell: (event) => (
        <time dateTime={event.activityDateTime} title={formatFullTime(event.activityDateTime)}>
          {formatDateTime(event.activityDateTime)}
        </time>
      ),
    },
    { id: 'activity', title: 'Activity', isShort: true, cell: (event) => event.activity },
    { id: 'actor', title: 'Actor', cell: (event) => <Reported text={event.actor} /> },
    { id: 'target', title: 'Target', cell: (event) => <Reported text={event.target} /> },
    {
      id: 'result',
      title: 'Result',
      isShort: true,
      cell: (event) => (
        <Status tone={event.result === 'success' ? 'good' : 'bad'}>
          {event.result === 'success' ? 'Success' : 'Failure'}
        </Status>
      ),
    },
    {
      id: 'details',
      title: 'Details',
      minWidth: '220px',
      cell: (event) => (
        <span className={styles.details}>
          <Reported
            text={Object.entries(event.details)
              .map(
                ([name, value]) =>
                  `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
              )
              .join(', ')}
          />
        </span>
      ),
    },
  ];
  return (
    <RecordTable label="Audit log" columns={columns} records={events} keyOf={(event) => event.id} />
  );
}
