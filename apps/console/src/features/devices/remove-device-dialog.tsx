import { Text } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';

/** Removes a device that this host manages, after asking. */
export function RemoveDeviceDialog({
  deviceId,
  name,
  onRemoved,
  onClose,
}: {
  deviceId: string;
  name: string;
  onRemoved: () => void;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => client.devices.remove(deviceId),
    onSuccess: async () => {
      onRemoved();
      await queryClient.invalidateQueries({ queryKey: ['devices'] });
    },
  });
  return (
    <FormDialog
      title={`Remove ${name}?`}
      submitLabel="Remove"
      busy={remove.isPending}
      error={remove.error}
      errorTitle="The device was not removed"
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        Its certificate is revoked, and what it has reported is deleted. Nothing changes on the
        device itself. To manage it again, enrol it with a new token.
      </Text>
    </FormDialog>
  );
}
