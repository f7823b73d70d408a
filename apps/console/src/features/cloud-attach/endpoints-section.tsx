import { Button, makeStyles, Spinner, Text, tokens } from '@fluentui/react-components';
import type { AttachEndpoint } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { endpointsQuery } from './attach-checks-queries.ts';

const useStyles = makeStyles({
  head: { marginBottom: tokens.spacingVerticalM },
  quiet: { color: tokens.colorNeutralForeground3 },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** What the site must reach at its tenant, with the last result of each and its time. */
export function EndpointsSection() {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { allowed, reason } = usePermission('connectors.manage');
  const { data, error, isPending, refetch } = useQuery(endpointsQuery);
  const check = useMutation({
    mutationFn: () => client.cloudAttach.checkEndpoints(),
    onSuccess: (found) => queryClient.setQueryData(endpointsQuery.queryKey, found),
  });
  return (
    <Section title="Internet endpoints">
      <div className={styles.head}>
        <WithReason reason={reason}>
          <Button
            disabledFocusable={!allowed || check.isPending}
            onClick={() => {
              if (allowed && !check.isPending) check.mutate();
            }}
            {...(check.isPending ? { icon: <Spinner size="tiny" /> } : {})}
          >
            {check.isPending ? 'Checking…' : 'Check now'}
          </Button>
        </WithReason>
      </div>
      {check.error ? (
        <ErrorNotice error={check.error} title="The endpoints could not be checked" />
      ) : null}
      {isPending ? <Loading label="Reading the endpoints" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The endpoints could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data?.length === 0 ? <Text className={styles.quiet}>They were not checked yet.</Text> : null}
      {data && data.length > 0 ? (
        <RecordTable
          isBare
          label="Internet endpoints"
          records={data}
          keyOf={({ id }) => id}
          columns={[
            {
              id: 'status',
              title: 'Last result',
              isShort: true,
              cell: (endpoint) => <Result endpoint={endpoint} />,
            },
            {
              id: 'address',
              title: 'Address',
              cell: ({ host, port }) => (
                <span className={styles.mono}>
                  <Reported text={`${host}:${port}`} />
                </span>
              ),
            },
            { id: 'purpose', title: 'For', cell: ({ purpose }) => <Reported text={purpose} /> },
            {
              id: 'critical',
              title: 'Critical',
              isShort: true,
              cell: ({ critical }) => (critical ? 'Yes' : 'No'),
            },
            {
              id: 'checked',
              title: 'Checked',
              isShort: true,
              cell: ({ checkedDateTime }) => <Moment at={checkedDateTime} never="Never" />,
            },
            {
              id: 'result',
              title: 'What was found',
              minWidth: '240px',
              cell: ({ result }) => <Reported text={result} />,
            },
          ]}
        />
      ) : null}
    </Section>
  );
}

function Result({ endpoint }: { endpoint: AttachEndpoint }) {
  switch (endpoint.status) {
    case 'pass':
      return <Status tone="good">Reached</Status>;
    case 'fail':
      return <Status tone={endpoint.critical ? 'bad' : 'warning'}>Not reached</Status>;
    default:
      return <Status tone="quiet">Not checked</Status>;
  }
}
