import { Field, Input, Text } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { enrolCommand } from '../../app/commands.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatDateTime, formatNumber } from '../../ui/format.ts';
import { LifeField } from '../../ui/life-field.tsx';
import { CopyText, ShownOnce } from '../../ui/secret.tsx';

const LIVES = {
  60: '1 hour',
  1440: '1 day',
  10080: '7 days',
  43200: '30 days',
  525600: '1 year',
} as const;
const MOST_DEVICES = 1_000_000;

export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [quota, setQuota] = useState('1');
  const [life, setLife] = useState(1_440);
  const count = Number(quota);
  const isCount = Number.isInteger(count) && count >= 1 && count <= MOST_DEVICES;
  const create = useMutation({
    mutationFn: () =>
      client.enrolmentTokens.create({
        quota: count,
        expiresInMinutes: life,
        ...(name.trim() === '' ? {} : { displayName: name.trim() }),
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['enrolmentTokens'] }),
  });
  const made = create.data;
  if (made?.token) {
    return (
      <FormDialog title="Enrolment token" isDangerous onClose={onClose}>
        <ShownOnce what="token" />
        <CopyText
          label="Command"
          text={enrolCommand(made.token)}
          hint="Run it on the device to enrol. The folder keeps the agent's identity: name the same one at every start."
        />
        <CopyText label="Token" text={made.token} />
        <Text>
          {made.quota === 1 ? 'One device' : `${formatNumber(made.quota)} devices`} can enrol with
          it, until {formatDateTime(made.expirationDateTime)}.
        </Text>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title="Create an enrolment token"
      submitLabel="Create"
      busy={create.isPending}
      disabled={!isCount}
      error={create.error}
      errorTitle="The token was not created"
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Field
        label="Name"
        hint="To recognize it by, such as the team or batch of devices. Optional."
      >
        <Input value={name} onChange={(_, data) => setName(data.value)} maxLength={128} />
      </Field>
      <Field
        label="Devices that may enrol with it"
        required
        {...(isCount
          ? {}
          : { validationMessage: `A whole number from 1 to ${formatNumber(MOST_DEVICES)}.` })}
      >
        <Input
          type="number"
          min={1}
          max={MOST_DEVICES}
          value={quota}
          onChange={(_, data) => setQuota(data.value)}
        />
      </Field>
      <LifeField lives={LIVES} minutes={life} onChange={setLife} />
    </FormDialog>
  );
}
