import { Field, Input, Text } from '@fluentui/react-components';
import { ROLES, type Role } from '@moorline/model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { useSession } from '../../app/session.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { CopyText, ShownOnce } from '../../ui/secret.tsx';
import { RoleField } from './role-field.tsx';

const LONGEST_DAYS = 365;

export function CreateApiTokenDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const { user } = useSession();
  const [name, setName] = useState('');
  const own = ROLES.find((name) => name === user.role);
  const [role, setRole] = useState<Role>(own ?? 'None');
  const [days, setDays] = useState('90');
  const life = Number(days);
  const isLife = Number.isInteger(life) && life >= 1 && life <= LONGEST_DAYS;
  const create = useMutation({
    mutationFn: () => client.tokens.create({ displayName: name.trim(), role, expiresInDays: life }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['apiTokens'] }),
  });
  const made = create.data;
  if (made?.token) {
    return (
      <FormDialog title="API token" isDangerous onClose={onClose}>
        <ShownOnce what="token" />
        <CopyText label="Token" text={made.token} />
        <Text>
          It acts as you{made.role === 'None' ? '' : ` with the role ${made.role}`}, until{' '}
          {formatDateTime(made.expirationDateTime)}.
        </Text>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title="Create an API token"
      submitLabel="Create"
      busy={create.isPending}
      disabled={name.trim() === '' || !isLife}
      error={create.error}
      errorTitle="The token was not created"
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field label="Name" required hint="What uses it.">
        <Input value={name} onChange={(_, data) => setName(data.value)} maxLength={128} />
      </Field>
      {own && own !== 'None' ? (
        <RoleField value={role} onChange={setRole} upTo={own} offersNone={false} />
      ) : (
        <Text>It may do all that you may: your permissions come from role assignments.</Text>
      )}
      <Field
        label="Valid for, days"
        required
        {...(isLife ? {} : { validationMessage: `A whole number from 1 to ${LONGEST_DAYS}.` })}
      >
        <Input
          type="number"
          min={1}
          max={LONGEST_DAYS}
          value={days}
          onChange={(_, data) => setDays(data.value)}
        />
      </Field>
    </FormDialog>
  );
}
