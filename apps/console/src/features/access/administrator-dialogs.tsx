import { Field, Input, Text } from '@fluentui/react-components';
import type { Administrator } from '@moorline/contracts/admin';
import type { Role } from '@moorline/model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { sessionQuery, useSession } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Reported } from '../../ui/reported.tsx';
import { CopyText, ShownOnce } from '../../ui/secret.tsx';
import { RoleField } from './role-field.tsx';

const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]*$/;

export function CreateAdministratorDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const [userName, setUserName] = useState('');
  const [role, setRole] = useState<Role>('Read only');
  const isWrong = userName !== '' && !USER_NAME.test(userName);
  const create = useMutation({
    mutationFn: () => client.administrators.create({ userName, role }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['administrators'] }),
  });
  if (create.data?.signInLink) {
    return (
      <LinkDialog userName={create.data.userName} path={create.data.signInLink} onClose={onClose} />
    );
  }
  return (
    <FormDialog
      title="Add administrator"
      submitLabel="Add"
      busy={create.isPending}
      disabled={userName === '' || isWrong}
      error={create.error}
      errorTitle="The administrator was not added"
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field
        label="User name"
        required
        {...(isWrong
          ? { validationMessage: 'Letters, digits and . _ @ - only; a letter or digit first.' }
          : {})}
      >
        <Input
          value={userName}
          onChange={(_, data) => setUserName(data.value)}
          maxLength={128}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  );
}

/** A one-time link, shown once. `path` is of this host. */
export function LinkDialog({
  userName,
  path,
  onClose,
}: {
  userName: string;
  path: string;
  onClose: () => void;
}) {
  return (
    <FormDialog title="One-time sign-in link" isDangerous onClose={onClose}>
      <ShownOnce what="link" />
      <CopyText label="Link" text={new URL(path, location.origin).href} />
      <Text>
        Give it to the owner of the account <Reported text={userName} />. It works once, for an
        hour, and lets them set a password.
      </Text>
      {['localhost', '127.0.0.1', '[::1]'].includes(location.hostname) ? (
        <Text>
          It leads to this machine. For somebody elsewhere, replace the beginning with the address
          at which they reach this console.
        </Text>
      ) : null}
    </FormDialog>
  );
}

export function ChangeRoleDialog({
  administrator,
  onClose,
}: {
  administrator: Administrator;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const { user } = useSession();
  const [role, setRole] = useState<Role>(administrator.role);
  const change = useMutation({
    mutationFn: () => client.administrators.update(administrator.id, { role }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['administrators'] });
      // One's own role decides what the console offers.
      if (administrator.id === user.id) {
        await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey });
      }
      onClose();
    },
  });
  return (
    <FormDialog
      title={`Change the role of ${administrator.userName}`}
      submitLabel="Change role"
      busy={change.isPending}
      disabled={role === administrator.role}
      error={change.error}
      errorTitle="The role was not changed"
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <RoleField value={role} onChange={setRole} />
    </FormDialog>
  );
}
