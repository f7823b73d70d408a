import { makeStyles, Spinner, Text, tokens } from '@fluentui/react-components';
import type { CloudAttach, UploadState } from '@moorline/contracts/admin';
import type { ReactNode } from 'react';
import { formatNumber } from '../../../ui/format.ts';
import { Moment } from '../../../ui/moment.tsx';
import { Reported } from '../../../ui/reported.tsx';
import { Section } from '../../../ui/section.tsx';
import { Status } from '../../../ui/status.tsx';
import { isConfigured } from './progress.ts';

const useStyles = makeStyles({
  list: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    display: 'grid',
    gap: tokens.spacingVerticalM,
  },
  item: { paddingLeft: tokens.spacingHorizontalXS },
  detail: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
});

type Mark = 'done' | 'now' | 'later' | 'wrong';

/** What happens once the upload is started: how far it is, and why it is not further. */
export function Progress({
  attachment,
  upload,
  isPaused,
}: {
  attachment: CloudAttach;
  upload: UploadState;
  isPaused: boolean;
}) {
  const styles = useStyles();
  const isAttached = attachment.state === 'attached';
  const isDone = isConfigured(attachment, upload);
  const phases: readonly { title: string; mark: Mark; detail: ReactNode }[] = [
    {
      title: 'Attach this site',
      mark: isAttached ? 'done' : 'later',
      detail: isAttached
        ? 'A connector of this site exists at the tenant.'
        : 'Onboarding creates the connector at the tenant.',
    },
    {
      title: 'Connect to the tenant',
      mark: attachment.connected ? 'done' : isAttached ? 'now' : 'later',
      detail: <Reported text={attachment.statusReason} />,
    },
    {
      title: 'Start the upload',
      mark: !isAttached || isPaused ? 'later' : 'done',
      detail: isPaused ? 'Waits for you: nothing leaves before.' : 'Started.',
    },
    {
      title: `Upload ${formatNumber(upload.devicesInScope)} ${upload.devicesInScope === 1 ? 'device' : 'devices'} for the first time`,
      mark: isDone ? 'done' : isPaused ? 'later' : upload.problem === null ? 'now' : 'wrong',
      detail: isDone ? (
        <>
          Everything had arrived <Moment at={upload.lastFullSyncDateTime} />. Changes follow by
          themselves.
        </>
      ) : (
        <>
          <Reported text={upload.problem ?? upload.reason} />
          {isPaused || upload.lagRows === 0
            ? null
            : ` ${formatNumber(upload.lagRows)} changes are still to be uploaded.`}
        </>
      ),
    },
  ];
  return (
    <Section title="What happens now" aside={isDone ? 'Everything is done' : undefined}>
      <ol className={styles.list} aria-label="Progress" aria-live="polite">
        {phases.map(({ title, mark, detail }) => (
          <li key={title} className={styles.item}>
            <Marked mark={mark}>{title}</Marked>
            <Text block className={styles.detail}>
              {detail}
            </Text>
          </li>
        ))}
      </ol>
    </Section>
  );
}

const MARKS = {
  done: { tone: 'good', word: 'Done' },
  now: { tone: 'quiet', word: 'Under way' },
  later: { tone: 'quiet', word: 'To do' },
  wrong: { tone: 'warning', word: 'Does not get on' },
} as const;

function Marked({ mark, children }: { mark: Mark; children: string }) {
  const { tone, word } = MARKS[mark];
  return (
    <Status tone={tone} {...(mark === 'now' ? { icon: <Spinner size="extra-tiny" /> } : {})}>
      <Text weight="semibold">{children}</Text>: {word}
    </Status>
  );
}
