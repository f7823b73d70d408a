import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { CloudAttach, UploadSettings, UploadState } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../../app/client.ts';
import { usePermission } from '../../../app/session.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { Moment } from '../../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../../ui/notices.tsx';
import { Reported } from '../../../ui/reported.tsx';
import { Section } from '../../../ui/section.tsx';
import { Status } from '../../../ui/status.tsx';
import { TextLink } from '../../../ui/text-link.tsx';
import { prerequisitesQuery } from '../attach-checks-queries.ts';
import { uploadSettingsQuery, uploadStateQuery } from '../upload/upload-queries.ts';
import { UploadSentences } from '../upload/upload-sentences.tsx';
import { isConfigured } from './progress.ts';
import { Progress } from './progress-list.tsx';
import { StepFrame } from './step-frame.tsx';
import { STEP_TITLES, type Step } from './steps.ts';

/** How often the way of the first upload is looked at. */
const LOOK_MS = 2_000;

const useStyles = makeStyles({
  list: { margin: 0, display: 'grid', gap: tokens.spacingVerticalL },
  row: { display: 'grid', gap: tokens.spacingVerticalXXS },
  term: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  value: { margin: 0, display: 'grid', gap: tokens.spacingVerticalXXS, justifyItems: 'start' },
});

/** What was chosen, the last press, and what happens then. */
export function SummaryStep({ attachment }: { attachment: CloudAttach }) {
  const queryClient = useQueryClient();
  const { allowed, reason } = usePermission('connectors.manage');
  const settings = useQuery(uploadSettingsQuery);
  const upload = useQuery({
    ...uploadStateQuery,
    refetchInterval: ({ state }) =>
      state.data && isConfigured(attachment, state.data) ? false : LOOK_MS,
  });
  const start = useMutation({
    mutationFn: async () => {
      await client.cloudAttach.updateUploadSettings({ paused: false });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: uploadSettingsQuery.queryKey }),
  });
  const isAttached = attachment.state === 'attached';
  const isPaused = settings.data?.settings.paused ?? true;
  const error = settings.error ?? upload.error;
  return (
    <StepFrame
      step="summary"
      intro={
        isPaused
          ? 'Look through what was chosen. Nothing of a device has left this site so far; it begins when you start the upload.'
          : 'The upload is started, and goes on by itself: you may leave this page at any time and come back to it.'
      }
      next={
        isPaused
          ? {
              label: start.isPending ? 'Starting…' : 'Start the upload',
              isBusy: start.isPending,
              reason: !allowed
                ? reason
                : isAttached
                  ? ''
                  : 'This site is not attached yet: go back to Onboarding.',
              onPress: async () => {
                await start.mutateAsync();
              },
              stays: true,
            }
          : { label: 'Close', isEnd: true }
      }
    >
      {start.error ? <ErrorNotice error={start.error} title="The upload was not started" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The state of the upload could not be read"
          onRetry={() => {
            void settings.refetch();
            void upload.refetch();
          }}
        />
      ) : null}
      {settings.isPending || upload.isPending ? <Loading label="Reading what was chosen" /> : null}
      {settings.data && upload.data ? (
        <>
          <Chosen attachment={attachment} settings={settings.data.settings} upload={upload.data} />
          <Progress attachment={attachment} upload={upload.data} isPaused={isPaused} />
        </>
      ) : null}
    </StepFrame>
  );
}

function Chosen({
  attachment,
  settings,
  upload,
}: {
  attachment: CloudAttach;
  settings: UploadSettings;
  upload: UploadState;
}) {
  const styles = useStyles();
  const { data } = useQuery(prerequisitesQuery);
  const failed = data?.filter(({ status }) => status === 'fail').length ?? 0;
  const rows: readonly { step: Step; value: React.ReactNode }[] = [
    {
      step: 'prerequisites',
      value: data ? (
        failed === 0 ? (
          <Status tone="good">{data.length} checked, none failed</Status>
        ) : (
          <Status tone="bad">
            {failed} of {data.length} failed
          </Status>
        )
      ) : (
        <Text>Being checked…</Text>
      ),
    },
    {
      step: 'onboarding',
      value:
        attachment.state === 'attached' ? (
          <>
            <Status tone="good">
              Attached to <Reported text={attachment.tenantName} />
            </Status>
            <Text>
              <Moment at={attachment.attachedDateTime} />, at{' '}
              <Reported text={attachment.tenantUrl} />
            </Text>
          </>
        ) : (
          <Status tone="warning">Not attached yet</Status>
        ),
    },
    {
      step: 'upload',
      value: (
        <>
          <Text>
            {formatNumber(upload.devicesInScope)}{' '}
            {upload.devicesInScope === 1 ? 'device leaves' : 'devices leave'},{' '}
            {formatNumber(upload.devicesExcluded)} stay here only.
          </Text>
          <UploadSentences settings={settings} />
        </>
      ),
    },
    {
      step: 'co-management',
      value: <Text>Not available yet. The upload does not need it.</Text>,
    },
  ];
  return (
    <Section title="What was chosen">
      <dl className={styles.list}>
        {rows.map(({ step, value }) => (
          <div key={step} className={styles.row}>
            <dt className={styles.term}>
              <Text weight="semibold">{STEP_TITLES[step]}</Text>
              <TextLink
                to="/cloud-attach/configure/$step"
                params={{ step }}
                aria-label={`Look at ${STEP_TITLES[step]}`}
              >
                Look at it
              </TextLink>
            </dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
