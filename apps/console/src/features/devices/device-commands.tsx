import { Button, Spinner, Toolbar } from '@fluentui/react-components';
import { ArrowClockwiseRegular, ArrowSyncRegular, DeleteRegular } from '@fluentui/react-icons';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { ACTION_TITLES, type ActionKind } from '@moorline/model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { ActionMenu } from './action-menu.tsx';
import { deviceTitle } from './device-columns.tsx';
import { RemoveDeviceDialog } from './remove-device-dialog.tsx';

/** What can be done to the device; a command that the caller may not give says why. */
export function DeviceCommands({
  device,
  onRequested,
}: {
  device: ManagedDevice;
  onRequested: (actionId: string) => void;
}) {
  const queryClient = useQueryClient();
  const { failed } = useToasts();
  const { allowed, reason } = usePermission('devices.sync');
  const removal = usePermission('enrolment.manage');
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const sync = useMutation({
    mutationFn: (kind: ActionKind) => client.devices.triggerAction(device.id, kind),
    onSuccess: (actionId) => {
      onRequested(actionId);
      void queryClient.invalidateQueries({ queryKey: ['actions'] });
    },
    onError: failed,
  });
  return (
    <Toolbar aria-label="Device commands" style={{ padding: 0 }}>
      <WithReason reason={reason}>
        <Button
          appearance="subtle"
          icon={sync.isPending ? <Spinner size="tiny" /> : <ArrowSyncRegular />}
          disabledFocusable={!allowed || sync.isPending}
          onClick={() => sync.mutate('refreshMachinePolicy')}
        >
          {ACTION_TITLES.refreshMachinePolicy}
        </Button>
      </WithReason>
      <ActionMenu
        deviceId={device.id}
        deviceName={deviceTitle(device)}
        onChoose={(kind) => sync.mutate(kind)}
      />
      <Button
        appearance="subtle"
        icon={<ArrowClockwiseRegular />}
        onClick={() => {
          for (const key of ['device', 'inventory']) {
            void queryClient.invalidateQueries({ queryKey: [key, device.id] });
          }
          void queryClient.invalidateQueries({ queryKey: ['actions'] });
        }}
      >
        Refresh
      </Button>
      {device.connectorId === null ? (
        <WithReason reason={removal.reason}>
          <Button
            appearance="subtle"
            icon={<DeleteRegular />}
            disabledFocusable={!removal.allowed}
            onClick={() => setRemoving(true)}
          >
            Remove
          </Button>
        </WithReason>
      ) : null}
      {removing ? (
        <RemoveDeviceDialog
          deviceId={device.id}
          name={deviceTitle(device)}
          onRemoved={() => void navigate({ to: '/devices', search: {}, replace: true })}
          onClose={() => setRemoving(false)}
        />
      ) : null}
    </Toolbar>
  );
}
