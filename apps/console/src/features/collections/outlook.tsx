import { Button, makeStyles, Spinner, Text, tokens } from '@fluentui/react-components';
import type { CollectionSample } from '@moorline/contracts/admin';
import { useMutation } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { formatNumber } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import {
  type CollectionDraft,
  definitionOf,
  missingInRules,
  rulesText,
} from './collection-draft.ts';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM, gridTemplateColumns: 'minmax(0, 1fr)' },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  groups: {
    display: 'grid',
    gap: tokens.spacingHorizontalXL,
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 240px), 1fr))',
  },
  list: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXL,
    maxHeight: '260px',
    overflowY: 'auto',
  },
  heading: { margin: `0 0 ${tokens.spacingVerticalXS}` },
});

/** What saving would do, asked before it is done. */
export function Outlook({
  draft,
  collectionId,
}: {
  draft: CollectionDraft;
  /** Of the collection that is changed; undefined: it is a new one. */
  collectionId: string | undefined;
}) {
  const styles = useStyles();
  const { allowed, reason } = usePermission('inventory.read');
  const missing = missingInRules(draft);
  const isAskable = allowed && missing.length === 0;
  const preview = useMutation({
    mutationFn: async (asked: CollectionDraft) => ({
      of: rulesText(asked),
      members: await client.collections.preview(definitionOf(asked)),
    }),
  });
  const whatIf = useMutation({
    mutationFn: async ({ id, asked }: { id: string; asked: CollectionDraft }) => ({
      of: rulesText(asked),
      answer: await client.collections.whatIf(id, definitionOf(asked)),
    }),
  });
  const isBusy = preview.isPending || whatIf.isPending;
  const error = preview.error ?? whatIf.error;
  const present = rulesText(draft);
  const answered = preview.data?.of ?? whatIf.data?.of;
  const change = whatIf.data?.answer;
  return (
    <Section title="Before saving">
      <div className={styles.content}>
        <div className={styles.buttons}>
          <WithReason reason={reason}>
            <Button
              disabledFocusable={!isAskable || isBusy}
              {...(preview.isPending ? { icon: <Spinner size="tiny" /> } : {})}
              onClick={() => {
                whatIf.reset();
                preview.mutate(draft);
              }}
            >
              Preview members
            </Button>
          </WithReason>
          {collectionId === undefined ? null : (
            <WithReason reason={reason}>
              <Button
                disabledFocusable={!isAskable || isBusy}
                {...(whatIf.isPending ? { icon: <Spinner size="tiny" /> } : {})}
                onClick={() => {
                  preview.reset();
                  whatIf.mutate({ id: collectionId, asked: draft });
                }}
              >
                What if
              </Button>
            </WithReason>
          )}
        </div>
        {missing.length > 0 ? <Text size={200}>{missing.join(' ')}</Text> : null}
        {error ? <ErrorNotice error={error} title="The members were not found" /> : null}
        {answered !== undefined && answered !== present ? (
          <Text size={200} role="status">
            The rules have changed since this was asked.
          </Text>
        ) : null}
        {preview.data ? <Sample title="Would be members" sample={preview.data.members} /> : null}
        {change ? (
          <>
            <Text role="status">
              {formatNumber(change.memberCount)} now,{' '}
              {formatNumber(change.memberCount + change.entering.count - change.leaving.count)}{' '}
              after saving.
            </Text>
            <div className={styles.groups}>
              <Sample title="Would enter" sample={change.entering} />
              <Sample title="Would leave" sample={change.leaving} />
            </div>
          </>
        ) : null}
      </div>
    </Section>
  );
}

function Sample({ title, sample }: { title: string; sample: CollectionSample }) {
  const styles = useStyles();
  const more = sample.count - sample.devices.length;
  return (
    <section aria-label={title}>
      <Text as="h3" block weight="semibold" className={styles.heading}>
        {title}: {formatNumber(sample.count)}
      </Text>
      {sample.devices.length === 0 ? (
        <Text>No device.</Text>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
        <ul className={styles.list} tabIndex={0}>
          {sample.devices.map((device) => (
            <li key={device.id}>
              <TextLink to="/devices/$deviceId" params={{ deviceId: device.id }} target="_blank">
                <Reported text={device.deviceName ?? device.id} />
              </TextLink>
            </li>
          ))}
        </ul>
      )}
      {more > 0 ? <Text size={200}>And {formatNumber(more)} more.</Text> : null}
    </section>
  );
}
