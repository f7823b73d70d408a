import { Text } from '@fluentui/react-components';
import type { Connector } from '@moorline/contracts/admin';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../../app/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Reported } from '../../ui/reported.tsx';
import { connectorsQuery } from './connector-queries.ts';

/** Ends a connector, after asking. */
export function DetachDialog({
  connector,
  onClose,
}: {
  connector: Connector;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => client.connectors.detach(connector.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: connectorsQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Detach this site?"
      submitLabel="Detach"
      busy={revoke.isPending}
      error={revoke.error}
      errorTitle="The site was not detached"
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
    >
      <Text>
        The certificate of <Reported text={connector.displayName} /> is revoked, its connection
        closed and its devices removed from this tenant at once. History and audit records stay. The
        site goes on managing its devices by itself. It can come back with a new join token.
      </Text>
    </FormDialog>
  );
}
