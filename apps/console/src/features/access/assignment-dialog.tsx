import { Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import type { RoleAssignment, RoleDefinition } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { sessionQuery, useSession } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { administratorsQuery } from './administrators-query.ts';
import { CheckList } from './check-list.tsx';
import { ROLES_KEY, scopeTagsQuery } from './roles-queries.ts';

/** Who holds the role, and on which devices: at a tenant by scope tags, at a site by collections. */
export function AssignmentDialog({
  role,
  assignment,
  etag,
  onClose,
}: {
  role: RoleDefinition;
  assignment?: RoleAssignment;
  etag?: string;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const { authority, permissions } = useSession();
  const isTenant = authority.kind === 'tenant';
  const accounts = useQuery({
    ...administratorsQuery,
    enabled: permissions.includes('administrators.manage'),
  });
  const tags = useQuery({ ...scopeTagsQuery, enabled: isTenant });
  const collections = useQuery({
    queryKey: ['collections', 'to assign'],
    queryFn: ({ signal }) => client.collections.list({ top: 1000, signal }),
    enabled: !isTenant && permissions.includes('groups.read'),
  });
  const [name, setName] = useState(assignment?.displayName ?? role.displayName);
  const [members, setMembers] = useState<readonly string[]>(assignment?.members ?? []);
  const [scopeType, setScopeType] = useState(assignment?.scopeType ?? 'allDevices');
  const [tagIds, setTagIds] = useState<readonly string[]>(assignment?.roleScopeTagIds ?? []);
  const [groupIds, setGroupIds] = useState<readonly string[]>(assignment?.resourceScopes ?? []);
  const isLimited = scopeType === 'resourceScope';
  const save = useMutation({
    mutationFn: () => {
      const body = {
        displayName: name.trim(),
        members: [...members],
        scopeType,
        roleScopeTagIds: isLimited ? [...tagIds] : [],
        resourceScopes: isLimited ? [...groupIds] : [],
      };
      return assignment
        ? client.roles.assignments.update(assignment.id, body, { ifMatch: etag })
        : client.roles.assignments.create({ ...body, roleDefinitionId: role.id });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ROLES_KEY });
      await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Assign ${role.displayName}`}
      submitLabel={assignment ? 'Save' : 'Assign'}
      busy={save.isPending}
      disabled={name.trim() === '' || (isLimited && tagIds.length + groupIds.length === 0)}
      error={save.error}
      errorTitle="The role was not assigned"
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Field label="Name of the assignment" required>
        <Input value={name} maxLength={128} onChange={(_, data) => setName(data.value)} />
      </Field>
      <CheckList
        label="Administrators"
        items={(accounts.data ?? []).map(({ id, userName }) => ({ id, name: userName }))}
        chosen={members}
        none="The administrators cannot be read: that needs administrators.manage."
        onChange={setMembers}
      />
      <Field label="On which devices">
        <RadioGroup
          value={scopeType}
          onChange={(_, data) =>
            setScopeType(data.value === 'resourceScope' ? 'resourceScope' : 'allDevices')
          }
        >
          <Radio value="allDevices" label="All devices, those to come too" />
          <Radio
            value="resourceScope"
            label={isTenant ? 'Devices that carry a scope tag' : 'Devices in collections'}
          />
        </RadioGroup>
      </Field>
      {isLimited && isTenant ? (
        <CheckList
          label="Scope tags"
          items={(tags.data ?? []).map(({ id, displayName }) => ({ id, name: displayName }))}
          chosen={tagIds}
          none="There are no scope tags yet. Create one below the roles."
          onChange={setTagIds}
        />
      ) : null}
      {isLimited && !isTenant ? (
        <CheckList
          label="Collections"
          items={(collections.data?.items ?? [])
            .filter(({ isBuiltIn }) => !isBuiltIn)
            .map(({ id, displayName }) => ({ id, name: displayName }))}
          chosen={groupIds}
          none="There are no collections of your own yet. Create one under Collections."
          onChange={setGroupIds}
        />
      ) : null}
    </FormDialog>
  );
}
