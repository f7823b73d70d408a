import {
  Button,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  Link,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  OverlayDrawer,
  Text,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { useLiveState } from '../../app/live.tsx';
import { usePermission } from '../../app/session.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatDateTime, formatSpan, titleOfColumn } from '../../ui/format.ts';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { useReturnFocus } from '../../ui/return-focus.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { WithReason } from '../../ui/with-reason.tsx';
import { actionQuery } from './action-queries.ts';
import { ActionTrail } from './action-trail.tsx';
import { actionTitle, canCancel, placeWord, stateWords } from './action-words.ts';

const useStyles = makeStyles({
  drawer: { width: '480px', maxWidth: '100vw' },
  body: {
    display: 'grid',
    gap: tokens.spacingVerticalL,
    alignContent: 'start',
    paddingBottom: tokens.spacingVerticalXL,
  },
  unseen: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
  cancel: { whiteSpace: 'nowrap', flexShrink: 0 },
  foot: { color: tokens.colorNeutralForeground3 },
});

/** The hop trail of one action beside the page, moving as it moves. Esc closes it. */
export function ActionTrailPanel({
  actionId,
  onClose,
}: {
  actionId: string | undefined;
  onClose: () => void;
}) {
  const styles = useStyles();
  return (
    <OverlayDrawer
      className={styles.drawer}
      position="end"
      modalType="non-modal"
      open={actionId !== undefined}
      onOpenChange={(_, data) => !data.open && onClose()}
      aria-label="Action"
    >
      {actionId === undefined ? null : (
        <PanelContent key={actionId} actionId={actionId} onClose={onClose} />
      )}
    </OverlayDrawer>
  );
}

function PanelContent({ actionId, onClose }: { actionId: string; onClose: () => void }) {
  const styles = useStyles();
  useReturnFocus();
  const {
    data: action,
    error,
    isPending,
    refetch,
  } = useQuery(actionQuery(actionId, useLiveState()));
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
          {action ? actionTitle(action.action) : 'Action'}
        </DrawerHeaderTitle>
        {action ? (
          <Text size={200} className={styles.foot}>
            Requested by <Reported text={action.requestedBy} />,{' '}
            {formatDateTime(action.requestedDateTime)}
          </Text>
        ) : null}
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>
          <div className={styles.unseen} aria-live="polite">
            {action ? spoken(action) : ''}
          </div>
          {isPending ? <Loading label="Reading the action" /> : null}
          {error ? (
            <ErrorNotice
              error={error}
              title="The action could not be read"
              onRetry={() => void refetch()}
            />
          ) : null}
          {action ? (
            <>
              <ActionOutcome action={action} />
              <CancellationNotice action={action} />
              <ActionTrail action={action} />
              <ActionDetails action={action} />
            </>
          ) : null}
        </div>
      </DrawerBody>
      {action ? (
        <DrawerFooter>
          <CancelButton action={action} />
          <DownloadLink action={action} />
          <Text size={200} className={styles.foot}>
            {action.isFinal
              ? `Took ${formatSpan(tookMs(action))}.`
              : `Expires ${formatDateTime(action.expirationDateTime)} if it has not reached the device by then.`}
          </Text>
        </DrawerFooter>
      ) : null}
    </>
  );
}

/** The newest hop, for those who listen. */
function spoken(action: ActionAnswer): string {
  const hop = action.hops.at(-1);
  if (!hop) return '';
  return `${stateWords(hop.state).name}, ${placeWord(hop.place)} ${visibleText(hop.placeName)}. ${visibleText(hop.reason)}`;
}

function tookMs(action: ActionAnswer): number {
  const end = action.hops.at(-1)?.at ?? action.requestedDateTime;
  return Date.parse(end) - Date.parse(action.requestedDateTime);
}

/** What came of it, once it has ended; what it waits for, until then. */
function ActionOutcome({ action }: { action: ActionAnswer }) {
  const { name, tone } = stateWords(action.state);
  const { result } = action;
  if (!action.isFinal) {
    return (
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{name}</MessageBarTitle>
          <Reported text={action.reason} />
        </MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <MessageBar
      intent={tone === 'good' ? 'success' : tone === 'bad' ? 'error' : 'warning'}
      layout="multiline"
    >
      <MessageBarBody>
        <MessageBarTitle>{name}</MessageBarTitle>
        <Reported text={result?.message ?? action.reason} />
        {result && result.errorCode !== 0 ? ` (error ${result.errorCode})` : ''}
      </MessageBarBody>
    </MessageBar>
  );
}

/** What the agent says of it beside its sentence. */
function ActionDetails({ action }: { action: ActionAnswer }) {
  const details = Object.entries(action.result?.details ?? {});
  if (details.length === 0) return null;
  return (
    <Facts
      facts={details.map(([name, value]) => ({
        term: titleOfColumn(visibleText(name).replace(/Ms$/, '')),
        value:
          name.endsWith('Ms') && typeof value === 'number' ? (
            formatSpan(value)
          ) : (
            <Reported text={String(value)} />
          ),
      }))}
    />
  );
}

/** Who wanted it ended, and what that waits for or why it came too late. */
function CancellationNotice({ action }: { action: ActionAnswer }) {
  const { cancellation } = action;
  if (cancellation === null || action.state === 'cancelled') return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>
          Cancellation asked for by <Reported text={cancellation.requestedBy} />
        </MessageBarTitle>
        <Reported text={cancellation.reason} />
      </MessageBarBody>
    </MessageBar>
  );
}

/** The diagnostics that it has brought. */
function DownloadLink({ action }: { action: ActionAnswer }) {
  const styles = useStyles();
  const { allowed, reason } = usePermission('diagnostics.read');
  if (action.action !== 'collectDiagnostics' || action.state !== 'succeeded') return null;
  if (allowed) {
    return (
      <Link className={styles.cancel} href={client.actions.filePath(action.id)} download>
        Download diagnostics
      </Link>
    );
  }
  return (
    <WithReason reason={reason}>
      <Button className={styles.cancel} disabledFocusable>
        Download diagnostics
      </Button>
    </WithReason>
  );
}

function CancelButton({ action }: { action: ActionAnswer }) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { failed } = useToasts();
  const { allowed, reason } = usePermission('actions.cancel');
  const cancel = useMutation({
    mutationFn: () => client.actions.cancel(action.id),
    onError: failed,
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ['action', action.id] }),
        queryClient.invalidateQueries({ queryKey: ['actions'] }),
      ]),
  });
  if (!canCancel(action)) return null;
  return (
    <WithReason reason={reason}>
      <Button
        className={styles.cancel}
        disabledFocusable={!allowed || cancel.isPending || action.cancellation !== null}
        onClick={() => cancel.mutate()}
      >
        {action.cancellation === null ? 'Cancel action' : 'Cancelling'}
      </Button>
    </WithReason>
  );
}
