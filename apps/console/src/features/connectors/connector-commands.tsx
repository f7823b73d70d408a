import { Button, Checkbox, makeStyles, Text, tokens } from '@fluentui/react-components';
import {
  ArrowSyncRegular,
  KeyRegular,
  PauseRegular,
  PlayRegular,
  PlugDisconnectedRegular,
  PulseRegular,
} from '@fluentui/react-icons';
import type { ConnectorDetail } from '@moorline/contracts/admin';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { connectorsQuery } from './connector-queries.ts';
import { DetachDialog } from './detach-dialog.tsx';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

type Asked = 'resync' | 'pause' | 'rotate' | 'detach';

const NOT_CONNECTED = 'The site is not connected, so it cannot be asked.';

/** What an administrator can do about a connector; everything but the check asks first. */
export function ConnectorCommands({ connector }: { connector: ConnectorDetail }) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { allowed, reason } = usePermission('connectors.manage');
  const [asked, setAsked] = useState<Asked>();
  const check = useMutation({
    mutationFn: () => client.connectors.check(connector.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: connectorsQuery.queryKey }),
  });
  if (connector.status === 'notEnabled') return null;
  const { isPaused } = connector.upload;
  const close = (): void => setAsked(undefined);
  const command = (what: Asked, icon: ReactElement, label: string): ReactElement => {
    const isAble = connector.online || what === 'detach';
    const why = allowed && !isAble ? NOT_CONNECTED : reason;
    return (
      <WithReason reason={why}>
        <Button icon={icon} disabledFocusable={why !== ''} onClick={() => setAsked(what)}>
          {label}
        </Button>
      </WithReason>
    );
  };
  return (
    <>
      <div className={styles.row} role="toolbar" aria-label="Connector">
        <Button
          icon={<PulseRegular />}
          disabledFocusable={check.isPending}
          onClick={() => check.mutate()}
        >
          {check.isPending ? 'Checking' : 'Check now'}
        </Button>
        {command('resync', <ArrowSyncRegular />, 'Resync')}
        {isPaused
          ? command('pause', <PlayRegular />, 'Resume upload')
          : command('pause', <PauseRegular />, 'Pause upload')}
        {command('rotate', <KeyRegular />, 'Rotate certificate')}
        {command('detach', <PlugDisconnectedRegular />, 'Detach')}
      </div>
      {check.error ? <ErrorNotice error={check.error} title="The check did not succeed" /> : null}
      {asked === 'detach' ? <DetachDialog connector={connector} onClose={close} /> : null}
      {asked === 'resync' ? <ResyncDialog id={connector.id} onClose={close} /> : null}
      {asked === 'pause' ? (
        <AskDialog
          title={isPaused ? 'Resume the upload?' : 'Pause the upload?'}
          submitLabel={isPaused ? 'Resume upload' : 'Pause upload'}
          text={
            isPaused
              ? 'The site sends what has changed since, and goes on as its settings say.'
              : 'Changes of devices wait at the site until the upload is resumed. Actions go on, and so does their progress. The connector shows a warning meanwhile.'
          }
          ask={() => client.connectors.pauseUpload(connector.id, { isPaused: !isPaused })}
          onClose={close}
        />
      ) : null}
      {asked === 'rotate' ? (
        <AskDialog
          title="Rotate the certificate?"
          submitLabel="Rotate certificate"
          text="The site makes a new key and gets a certificate for it. The present one ends when the new one is first used, and the connection is opened anew."
          ask={() => client.connectors.rotateCertificate(connector.id)}
          onClose={close}
        />
      ) : null}
    </>
  );
}

function ResyncDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [full, setFull] = useState(false);
  return (
    <AskDialog
      title="Resync this site?"
      submitLabel="Resync"
      text="Site and tenant compare what they hold of every device, and what differs is sent again."
      ask={() => client.connectors.resync(id, { full })}
      onClose={onClose}
    >
      <Checkbox
        checked={full}
        onChange={(_, data) => setFull(data.checked === true)}
        label="Send everything again, whether it differs or not"
      />
    </AskDialog>
  );
}

function AskDialog({
  title,
  submitLabel,
  text,
  ask,
  onClose,
  children,
}: {
  title: string;
  submitLabel: string;
  text: string;
  ask: () => Promise<unknown>;
  onClose: () => void;
  children?: ReactElement;
}) {
  const queryClient = useQueryClient();
  const asking = useMutation({
    mutationFn: ask,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: connectorsQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={title}
      submitLabel={submitLabel}
      busy={asking.isPending}
      error={asking.error}
      errorTitle="The site did not do it"
      onSubmit={() => asking.mutate()}
      onClose={onClose}
    >
      <Text>{text}</Text>
      {children}
    </FormDialog>
  );
}
