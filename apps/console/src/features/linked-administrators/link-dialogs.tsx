import { Dropdown, Field, Input, Option, Text } from '@fluentui/react-components';
import type { LinkedAdministrator } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Reported } from '../../ui/reported.tsx';
import { visibleText } from '../../ui/visible-text.ts';
import { administratorsQuery } from '../access/administrators-query.ts';
import { cloudAttachQuery } from '../cloud-attach/cloud-attach-query.ts';
import { linkedAdministratorsQuery } from './linked-administrators-query.ts';

const USER_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function useChange<T>(change: (body: T) => Promise<unknown>, onClose: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: T) => change(body),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: linkedAdministratorsQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: cloudAttachQuery.queryKey }),
      ]);
      onClose();
    },
  });
}

/** Links an administrator of the tenant with an account of this site, or changes with which one. */
export function LinkDialog({
  link,
  onClose,
}: {
  /** The link to change; absent for a new one. */
  link?: LinkedAdministrator | undefined;
  onClose: () => void;
}) {
  const accounts = useQuery(administratorsQuery);
  const [userId, setUserId] = useState(link?.tenantUserId ?? '');
  const [name, setName] = useState(link?.tenantUserName ?? '');
  const [localUserId, setLocalUserId] = useState(link?.localUserId ?? '');
  const save = useChange(client.cloudAttach.linkAdministrator, onClose);
  const isId = USER_ID.test(userId.trim());
  const enabled = accounts.data?.filter((account) => !account.isDisabled) ?? [];
  const chosen = enabled.find((account) => account.id === localUserId);
  return (
    <FormDialog
      title={link ? 'Change the linked account' : 'Link a tenant administrator'}
      submitLabel={link ? 'Save' : 'Link'}
      busy={save.isPending}
      disabled={!isId || !chosen}
      error={save.error}
      errorTitle="The link was not saved"
      onSubmit={() =>
        save.mutate({
          tenantUserId: userId.trim().toLowerCase(),
          localUserId,
          ...(name.trim() ? { tenantUserName: name.trim() } : {}),
        })
      }
      onClose={onClose}
    >
      <Text>
        What the administrator asks for in the tenant is done here with the rights of the chosen
        account, and only with those.
      </Text>
      {link ? (
        <Text>
          In the tenant: <Reported text={link.tenantUserName} />
        </Text>
      ) : (
        <>
          <Field
            label="Tenant user id"
            required
            hint="A refused action names it, in the tenant's admin center."
            {...(userId !== '' && !isId
              ? { validationMessage: 'An id has 32 hexadecimal digits and 4 hyphens.' }
              : {})}
          >
            <Input value={userId} onChange={(_, data) => setUserId(data.value)} />
          </Field>
          <Field label="Name" hint="As it is shown here; the id unless you give one.">
            <Input value={name} maxLength={128} onChange={(_, data) => setName(data.value)} />
          </Field>
        </>
      )}
      {accounts.error ? <ErrorNotice error={accounts.error} /> : null}
      {accounts.isPending ? <Loading label="Reading accounts" /> : null}
      {accounts.data ? (
        <Field label="Acts here as" required>
          <Dropdown
            placeholder="Choose an account"
            value={chosen ? `${visibleText(chosen.userName)} (${chosen.role})` : ''}
            selectedOptions={chosen ? [chosen.id] : []}
            onOptionSelect={(_, data) => setLocalUserId(data.optionValue ?? '')}
          >
            {enabled.map((account) => (
              <Option
                key={account.id}
                value={account.id}
                text={`${visibleText(account.userName)} (${account.role})`}
              >
                <Reported text={account.userName} /> ({account.role})
              </Option>
            ))}
          </Dropdown>
        </Field>
      ) : null}
    </FormDialog>
  );
}

/** Takes the link away, after asking. */
export function UnlinkDialog({
  link,
  onClose,
}: {
  link: LinkedAdministrator;
  onClose: () => void;
}) {
  const remove = useChange(client.cloudAttach.unlinkAdministrator, onClose);
  return (
    <FormDialog
      title="Unlink this administrator?"
      submitLabel="Unlink"
      busy={remove.isPending}
      error={remove.error}
      errorTitle="The link was not taken away"
      onSubmit={() => remove.mutate(link.tenantUserId)}
      onClose={onClose}
    >
      <Text>
        What <Reported text={link.tenantUserName} /> asks for in the tenant is then refused at this
        site. The account here stays as it is.
      </Text>
    </FormDialog>
  );
}
