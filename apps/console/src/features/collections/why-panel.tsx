import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  OverlayDrawer,
  Text,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import type { MembershipExplanation } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { Facts } from '../../ui/facts.tsx';
import { titleOfColumn } from '../../ui/format.ts';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { useReturnFocus } from '../../ui/return-focus.ts';
import { Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { TextLink } from '../../ui/text-link.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { deviceNamesQuery } from '../devices/device-queries.ts';
import { RULE_KINDS } from './collection-draft.ts';
import { collectionNamesQuery, whyQuery } from './collection-queries.ts';

const useStyles = makeStyles({
  drawer: { width: '480px', maxWidth: '100vw' },
  body: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalL,
    alignContent: 'start',
    paddingBottom: tokens.spacingVerticalXL,
  },
  row: { marginTop: tokens.spacingVerticalM },
});

/** Why a device is a member, or is not, beside the page. Esc closes it. */
export function WhyPanel({
  collectionId,
  deviceId,
  onClose,
}: {
  collectionId: string;
  deviceId: string | undefined;
  onClose: () => void;
}) {
  const styles = useStyles();
  return (
    <OverlayDrawer
      className={styles.drawer}
      position="end"
      modalType="non-modal"
      open={deviceId !== undefined}
      onOpenChange={(_, data) => !data.open && onClose()}
      aria-label="Why"
    >
      {deviceId === undefined ? null : (
        <PanelContent
          key={deviceId}
          collectionId={collectionId}
          deviceId={deviceId}
          onClose={onClose}
        />
      )}
    </OverlayDrawer>
  );
}

function PanelContent({
  collectionId,
  deviceId,
  onClose,
}: {
  collectionId: string;
  deviceId: string;
  onClose: () => void;
}) {
  const styles = useStyles();
  useReturnFocus();
  const { data: why, error, isPending, refetch } = useQuery(whyQuery(collectionId, deviceId));
  const names = useQuery(deviceNamesQuery([deviceId]));
  return (
    <>
      <DrawerHeader>
        <DrawerHeaderTitle
          heading={{ as: 'h2' }}
          action={
            <Button
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label="Close"
              onClick={onClose}
            />
          }
        >
          <Reported text={names.data?.get(deviceId) ?? deviceId} />
        </DrawerHeaderTitle>
        <TextLink to="/devices/$deviceId" params={{ deviceId }}>
          Open the device
        </TextLink>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>
          {isPending ? <Loading label="Asking why" /> : null}
          {error ? (
            <ErrorNotice
              error={error}
              title="It could not be read why"
              onRetry={() => void refetch()}
            />
          ) : null}
          {why ? <Explanation why={why} /> : null}
        </div>
      </DrawerBody>
    </>
  );
}

function Explanation({ why }: { why: MembershipExplanation }) {
  const styles = useStyles();
  const limit = why.limitingCollectionId;
  const names = useQuery(collectionNamesQuery(limit === null ? [] : [limit]));
  return (
    <>
      <MessageBar intent={why.isMember ? 'success' : 'info'} layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{why.isMember ? 'Member' : 'Not a member'}</MessageBarTitle>
          <Reported text={why.reason} />
        </MessageBarBody>
      </MessageBar>
      {limit === null ? null : (
        <Section title="Limiting collection">
          <Status tone={why.isInLimitingCollection ? 'good' : 'quiet'}>
            {why.isInLimitingCollection ? 'In' : 'Not in'}{' '}
            <TextLink to="/collections/$collectionId" params={{ collectionId: limit }}>
              <Reported text={names.data?.get(limit) ?? limit} />
            </TextLink>
          </Status>
        </Section>
      )}
      {why.rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules are told in their order, and names repeat
        <Section key={index} title={visibleText(rule.name)} aside={RULE_KINDS[rule.kind]}>
          <Status tone={rule.applies ? (rule.kind === 'exclude' ? 'warning' : 'good') : 'quiet'}>
            {ruleWords(rule)}
          </Status>
          {rule.className && rule.rows.length > 0 ? (
            <>
              <Text block size={200} className={styles.row}>
                Found in {titleOfColumn(rule.className)}
              </Text>
              {rule.rows.map((row, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows are told in their order, and repeat
                <div key={place} className={styles.row}>
                  <Facts
                    facts={Object.entries(row).map(([name, value]) => ({
                      term: titleOfColumn(name),
                      value: <Reported text={value === null ? null : String(value)} />,
                    }))}
                  />
                </div>
              ))}
            </>
          ) : null}
        </Section>
      ))}
    </>
  );
}

function ruleWords({ kind, applies }: { kind: keyof typeof RULE_KINDS; applies: boolean }): string {
  if (kind === 'exclude') return applies ? 'Keeps it out' : 'Does not keep it out';
  return applies ? 'Takes it in' : 'Does not take it in';
}
