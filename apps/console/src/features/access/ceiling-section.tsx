import { Button, Text } from '@fluentui/react-components';
import { isRelayed, PERMISSIONS } from '@moorline/model';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { useSession } from '../../app/session.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Section } from '../../ui/section.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { PermissionField } from './permission-field.tsx';
import { ceilingQuery, ROLES_KEY } from './roles-queries.ts';

/** At a site: what its tenant's administrators may do where the tenant alone decides. */
export function CeilingSection() {
  const queryClient = useQueryClient();
  const { done, failed } = useToasts();
  const { permissions, limitedPermissions } = useSession();
  const { data, error, isPending, refetch } = useQuery(ceilingQuery);
  const [edited, setEdited] = useState<readonly string[]>();
  const chosen = edited ?? data?.value.permissions ?? [];
  const save = useMutation({
    mutationFn: () =>
      client.roles.setCeiling({ permissions: [...chosen] }, { ifMatch: data?.etag }),
    onSuccess: async () => {
      done('What the tenant may do here alone is saved.');
      await queryClient.invalidateQueries({ queryKey: ROLES_KEY });
      setEdited(undefined);
    },
    onError: failed,
  });
  return (
    <Section title="What the tenant may do here alone">
      <Text block>
        It counts where only the tenant’s permissions decide. Nobody in the tenant can change it.
      </Text>
      {isPending ? <Loading label="Reading what the tenant may do" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="What the tenant may do could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? (
        <>
          <PermissionField
            offered={PERMISSIONS.filter(isRelayed)}
            chosen={chosen}
            held={permissions.filter((id) => !limitedPermissions.includes(id))}
            isReadOnly={!permissions.includes('connectors.manage')}
            onChange={setEdited}
          />
          <div>
            <Button
              appearance="primary"
              disabled={edited === undefined || save.isPending}
              onClick={() => save.mutate()}
            >
              Save
            </Button>
          </div>
        </>
      ) : null}
    </Section>
  );
}
