import { Checkbox, Field, makeStyles, Select, Text, tokens } from '@fluentui/react-components';
import { ACTION_GROUPS, ACTION_PERMISSIONS, ACTION_TITLES, type ActionKind } from '@moorline/model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { useSession } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatNumber } from '../../ui/format.ts';
import { EXPIRIES, expiryFrom } from './action-words.ts';

const useStyles = makeStyles({ note: { color: tokens.colorNeutralForeground2 } });

/** Asks what to do to the selected devices, and has it confirmed with their number. */
export function BulkActionDialog({
  deviceIds,
  onStarted,
  onClose,
}: {
  deviceIds: readonly string[];
  onStarted: (bulkActionId: string) => void;
  onClose: () => void;
}) {
  const styles = useStyles();
  const queryClient = useQueryClient();
  const { permissions } = useSession();
  const groups = ACTION_GROUPS.map(({ title, kinds }) => ({
    title,
    kinds: kinds.filter((kind) => permissions.includes(ACTION_PERMISSIONS[kind])),
  })).filter(({ kinds }) => kinds.length > 0);
  const [kind, setKind] = useState<ActionKind | ''>('');
  const [expiry, setExpiry] = useState('');
  const [isConfirmed, setConfirmed] = useState(false);
  // One dialog is one request, however often it is sent.
  const [requestId] = useState(() => crypto.randomUUID());
  const count = `${formatNumber(deviceIds.length)} ${deviceIds.length === 1 ? 'device' : 'devices'}`;
  const start = useMutation({
    mutationFn: (action: ActionKind) =>
      client.bulkActions.execute({
        action,
        deviceIds,
        expiresAt: expiryFrom(expiry),
        requestId: `${requestId}.${action}.${expiry}`,
      }),
    onSuccess: ({ bulkActionId }) => {
      void queryClient.invalidateQueries({ queryKey: ['actions'] });
      onStarted(bulkActionId);
    },
  });
  return (
    <FormDialog
      title={`Run an action on ${count}`}
      submitLabel="Run"
      busy={start.isPending}
      disabled={kind === '' || !isConfirmed}
      error={start.error}
      errorTitle="Nothing was requested"
      onSubmit={() => {
        if (kind !== '') start.mutate(kind);
      }}
      onClose={onClose}
    >
      <Field label="Action" required>
        <Select
          value={kind}
          onChange={(_, data) => {
            setKind(groups.flatMap(({ kinds }) => kinds).find((each) => each === data.value) ?? '');
            setConfirmed(false);
          }}
        >
          <option value="">Choose an action</option>
          {groups.map(({ title, kinds }) => (
            <optgroup key={title} label={title}>
              {kinds.map((each) => (
                <option key={each} value={each}>
                  {ACTION_TITLES[each]}
                </option>
              ))}
            </optgroup>
          ))}
        </Select>
      </Field>
      <Field label="Expires if a device has not fetched it">
        <Select value={expiry} onChange={(_, data) => setExpiry(data.value)}>
          {Object.entries(EXPIRIES).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </Select>
      </Field>
      <Text className={styles.note}>
        Devices that are away have it queued until then. Each device’s result is shown on the page
        that opens, where what has not begun can be cancelled.
      </Text>
      {kind === '' ? null : (
        <Checkbox
          checked={isConfirmed}
          onChange={(_, data) => setConfirmed(data.checked === true)}
          label={`Yes: ${ACTION_TITLES[kind]} on ${count}`}
        />
      )}
    </FormDialog>
  );
}
