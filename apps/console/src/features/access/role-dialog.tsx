import { Field, Input } from '@fluentui/react-components';
import { allowedActions, type RoleDefinition, rolePermissionsOf } from '@moorline/contracts/admin';
import { PERMISSION_CATALOGUE, PERMISSIONS } from '@moorline/model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { sessionQuery, useSession } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { PermissionField } from './permission-field.tsx';
import { ROLES_KEY } from './roles-queries.ts';

export type RoleDeed = 'create' | 'copy' | 'edit' | 'view';

const TITLES: Readonly<Record<RoleDeed, string>> = {
  create: 'Create a role',
  copy: 'Copy a role',
  edit: 'Edit a role',
  view: 'A built-in role',
};

/** A role's name and permissions. `etag`: of the version that is edited. */
export function RoleDialog({
  deed,
  role,
  etag,
  onClose,
}: {
  deed: RoleDeed;
  role?: RoleDefinition;
  etag?: string;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const { authority, permissions, limitedPermissions } = useSession();
  const isCopy = deed === 'copy';
  const [name, setName] = useState(
    role ? (isCopy ? `Copy of ${role.displayName}` : role.displayName) : '',
  );
  const [description, setDescription] = useState(role?.description ?? '');
  const [chosen, setChosen] = useState<readonly string[]>(role ? allowedActions(role) : []);
  const held = permissions.filter((id) => !limitedPermissions.includes(id));
  const offered = PERMISSIONS.filter(
    (id) => PERMISSION_CATALOGUE[id].hosts.includes(authority.kind) || chosen.includes(id),
  );
  const save = useMutation({
    mutationFn: () => {
      const body = {
        displayName: name.trim(),
        description,
        rolePermissions: rolePermissionsOf(chosen),
      };
      return deed === 'edit' && role
        ? client.roles.definitions.update(role.id, body, { ifMatch: etag })
        : client.roles.definitions.create(body);
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ROLES_KEY });
      await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey });
      onClose();
    },
  });
  const isReadOnly = deed === 'view';
  return (
    <FormDialog
      title={TITLES[deed]}
      submitLabel={isReadOnly ? undefined : deed === 'edit' ? 'Save' : 'Create'}
      busy={save.isPending}
      disabled={name.trim() === ''}
      error={save.error}
      errorTitle="The role was not saved"
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Field label="Name" required>
        <Input
          value={name}
          readOnly={isReadOnly}
          maxLength={128}
          onChange={(_, data) => setName(data.value)}
        />
      </Field>
      <Field label="Description">
        <Input
          value={description}
          readOnly={isReadOnly}
          maxLength={1024}
          onChange={(_, data) => setDescription(data.value)}
        />
      </Field>
      <PermissionField
        offered={offered}
        chosen={chosen}
        held={held}
        isReadOnly={isReadOnly}
        onChange={setChosen}
      />
    </FormDialog>
  );
}
