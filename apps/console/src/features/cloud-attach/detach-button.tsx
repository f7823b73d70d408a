import { Button, Text } from '@fluentui/react-components';
import type { CloudAttach } from '@moorline/contracts/admin';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Reported } from '../../ui/reported.tsx';
import { WithReason } from '../../ui/with-reason.tsx';
import { cloudAttachQuery } from './cloud-attach-query.ts';

/** Ends the attachment of this site, after asking. */
export function DetachButton({ attachment }: { attachment: CloudAttach }) {
  const queryClient = useQueryClient();
  const { allowed, reason } = usePermission('connectors.manage');
  const [isAsking, setAsking] = useState(false);
  const detach = useMutation({
    mutationFn: () => client.cloudAttach.detach(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: cloudAttachQuery.queryKey }),
  });
  return (
    <>
      <WithReason reason={reason}>
        <Button disabledFocusable={!allowed} onClick={() => setAsking(true)}>
          Detach from the tenant
        </Button>
      </WithReason>
      {isAsking ? (
        <FormDialog
          title="Detach this site?"
          submitLabel="Detach"
          busy={detach.isPending}
          error={detach.error}
          errorTitle="The site was not detached"
          onSubmit={() => detach.mutate()}
          onClose={() => {
            setAsking(false);
            detach.reset();
          }}
        >
          <Text>
            Its devices disappear from <Reported text={attachment.tenantName} />, at once or as soon
            as the tenant can be reached, and nobody there can act on them any more. History and
            audit records stay. This site goes on managing its devices by itself, keeps its upload
            settings, and can be attached again at any time.
          </Text>
        </FormDialog>
      ) : null}
    </>
  );
}
