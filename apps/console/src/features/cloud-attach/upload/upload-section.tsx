import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import type { CloudAttach, UploadState } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../../app/client.ts';
import { usePermission } from '../../../app/session.tsx';
import { ButtonLink } from '../../../ui/button-link.tsx';
import { type Fact, Facts } from '../../../ui/facts.tsx';
import { formatBytes, formatNumber, formatSpan, NOT_KNOWN } from '../../../ui/format.ts';
import { Moment } from '../../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../../ui/notices.tsx';
import { RecordTable } from '../../../ui/record-table.tsx';
import { Reported } from '../../../ui/reported.tsx';
import { Section } from '../../../ui/section.tsx';
import { Status } from '../../../ui/status.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { WithReason } from '../../../ui/with-reason.tsx';
import { isUnfinished } from '../wizard/progress.ts';
import { uploadSettingsQuery, uploadStateQuery } from './upload-queries.ts';
import { DIGESTS, PHASES } from './upload-words.ts';

/** How often the lag is looked at while the page is open. */
const LOOK_MS = 5_000;

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM, gridTemplateColumns: 'minmax(0, 1fr)' },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  mono: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** How the upload goes, and what can be done about it. */
export function UploadSection({ attachment }: { attachment: CloudAttach }) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { done } = useToasts();
  const { allowed, reason } = usePermission('connectors.manage');
  const { data, error, isPending, refetch } = useQuery({
    ...uploadStateQuery,
    refetchInterval: LOOK_MS,
  });
  const pause = useMutation({
    mutationFn: (paused: boolean) => client.cloudAttach.updateUploadSettings({ paused }),
    onSuccess: ({ paused }) => done(paused ? 'The upload is paused.' : 'The upload goes on.'),
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: uploadSettingsQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: uploadStateQuery.queryKey }),
      ]),
  });
  const compare = useMutation({
    mutationFn: () => client.cloudAttach.resyncUpload({}),
    onSuccess: (state) => queryClient.setQueryData(uploadStateQuery.queryKey, state),
  });
  const failed = pause.error ?? compare.error;
  const isPaused = data?.phase === 'paused';
  return (
    <Section title="Upload">
      <div className={styles.content}>
        {data && isUnfinished(attachment, data) ? (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>The configuration is not finished</MessageBarTitle>
              Nothing is uploaded until you start it at the end of the wizard.
            </MessageBarBody>
            <MessageBarActions>
              <ButtonLink to="/cloud-attach/configure/$step" params={{ step: 'upload' }}>
                Go on with it
              </ButtonLink>
            </MessageBarActions>
          </MessageBar>
        ) : null}
        {failed ? (
          <ErrorNotice
            error={failed}
            title={compare.error ? 'The two ends were not compared' : 'The upload is as it was'}
          />
        ) : null}
        {isPending ? <Loading label="Reading the upload" /> : null}
        {error ? (
          <ErrorNotice
            error={error}
            title="The upload could not be read"
            onRetry={() => void refetch()}
          />
        ) : null}
        {data ? (
          <>
            <div className={styles.buttons}>
              <ButtonLink to="/cloud-attach/properties">Properties</ButtonLink>
              <WithReason reason={reason}>
                <Button
                  disabledFocusable={!allowed || pause.isPending}
                  onClick={() => pause.mutate(!isPaused)}
                >
                  {isPaused ? 'Resume the upload' : 'Pause the upload'}
                </Button>
              </WithReason>
              <WithReason reason={reason}>
                <Button
                  disabledFocusable={!allowed || compare.isPending}
                  onClick={() => compare.mutate()}
                  {...(compare.isPending ? { icon: <Spinner size="tiny" /> } : {})}
                >
                  {compare.isPending ? 'Comparing…' : 'Compare with the tenant'}
                </Button>
              </WithReason>
            </div>
            <Facts facts={factsOf(data)} />
            {data.batches.length > 0 ? <Batches batches={data.batches} /> : null}
          </>
        ) : null}
      </div>
    </Section>
  );
}

function factsOf(state: UploadState): readonly Fact[] {
  const { digest } = state;
  return [
    {
      term: 'State',
      value: <Status tone={PHASES[state.phase].tone}>{PHASES[state.phase].name}</Status>,
    },
    { term: 'Why', value: <Reported text={state.problem ?? state.reason} /> },
    {
      term: 'Lag',
      description: 'Age of the oldest change that the tenant has not acknowledged.',
      value:
        state.lagRows === 0
          ? 'None'
          : `${formatSpan(state.lagSeconds * 1_000)}, ${formatNumber(state.lagRows)} changes`,
    },
    {
      term: 'Last acknowledged',
      value: <Moment at={state.lastAckDateTime} never="Never" />,
    },
    { term: 'Devices uploaded', value: formatNumber(state.devicesInScope) },
    {
      term: 'Devices excluded',
      description: 'Devices of this site that stay here only.',
      value: formatNumber(state.devicesExcluded),
    },
    { term: 'Last full sync', value: <Moment at={state.lastFullSyncDateTime} never="Never" /> },
    {
      term: 'Next run',
      value:
        state.nextRunDateTime === null ? (
          'As soon as something changes'
        ) : (
          <Moment at={state.nextRunDateTime} />
        ),
    },
    {
      term: 'Both ends',
      description: 'Whether site and tenant hold the same, compared by digests.',
      value: (
        <>
          <Status tone={DIGESTS[digest.state].tone}>{DIGESTS[digest.state].name}</Status>
          {digest.comparedDateTime === null ? null : (
            <>
              {' '}
              (<Moment at={digest.comparedDateTime} />)
            </>
          )}
        </>
      ),
    },
    { term: 'Cursor', value: state.cursor === '' ? NOT_KNOWN : <Reported text={state.cursor} /> },
  ];
}

function Batches({ batches }: { batches: UploadState['batches'] }) {
  const styles = useStyles();
  return (
    <RecordTable
      isBare
      label="Last batches"
      records={batches}
      keyOf={({ cursor }) => cursor}
      columns={[
        {
          id: 'acknowledged',
          title: 'Acknowledged',
          isShort: true,
          cell: ({ acknowledgedDateTime }) => <Moment at={acknowledgedDateTime} />,
        },
        {
          id: 'records',
          title: 'Records',
          isNumber: true,
          cell: ({ records }) => formatNumber(records),
        },
        {
          id: 'size',
          title: 'Size',
          isNumber: true,
          cell: ({ sizeBytes }) => formatBytes(sizeBytes),
        },
        {
          id: 'duration',
          title: 'Took',
          isNumber: true,
          cell: ({ durationMs }) => formatSpan(durationMs),
        },
        {
          id: 'cursor',
          title: 'Cursor',
          isShort: true,
          cell: ({ cursor }) => <span className={styles.mono}>{cursor}</span>,
        },
      ]}
    />
  );
}
