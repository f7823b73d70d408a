import { Button, Field, Input } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons';
import type { RoleScopeTag } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { CheckList } from './check-list.tsx';
import { ROLES_KEY, scopeTagsQuery } from './roles-queries.ts';

const connectorsToTag = {
  queryKey: ['connectors', 'to tag'],
  queryFn: ({ signal }: { signal: AbortSignal }) => client.connectors.list({ signal }),
};

/** At the tenant: marks on connectors, which every device of theirs carries. */
export function ScopeTagsSection({ mayChange }: { mayChange: boolean }) {
  const queryClient = useQueryClient();
  const { done, failed } = useToasts();
  const { data, error, isPending, refetch } = useQuery(scopeTagsQuery);
  const connectors = useQuery(connectorsToTag);
  const [open, setOpen] = useState<{ readonly tag?: RoleScopeTag }>();
  const nameOf = (id: string): string =>
    connectors.data?.find((connector) => connector.id === id)?.displayName ?? id;
  const remove = useMutation({
    mutationFn: (tag: RoleScopeTag) => client.roles.scopeTags.delete(tag.id),
    onSuccess: async (_, tag) => {
      done(`The scope tag ${tag.displayName} is deleted.`);
      await queryClient.invalidateQueries({ queryKey: ROLES_KEY });
    },
    onError: failed,
  });
  return (
    <Section
      title="Scope tags"
      aside={
        mayChange ? (
          <Button size="small" icon={<AddRegular />} onClick={() => setOpen({})}>
            Create scope tag
          </Button>
        ) : null
      }
    >
      {isPending ? <Loading label="Reading scope tags" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The scope tags could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? (
        <RecordTable
          isBare
          label="Scope tags"
          records={data}
          keyOf={(tag) => tag.id}
          columns={[
            {
              id: 'name',
              title: 'Scope tag',
              cell: (tag) => <Reported text={tag.displayName} />,
            },
            {
              id: 'connectors',
              title: 'Carried by every device of',
              cell: (tag) => tag.connectorIds.map(nameOf).join(', ') || 'No connector yet',
            },
            {
              id: 'commands',
              title: <span style={{ visibility: 'hidden' }}>Commands</span>,
              isNumber: true,
              cell: (tag) =>
                mayChange ? (
                  <>
                    <Button
                      size="small"
                      appearance="subtle"
                      onClick={() => setOpen({ tag })}
                      aria-label={`Edit the scope tag ${tag.displayName}`}
                    >
                      Edit
                    </Button>
                    <Button
                      size="small"
                      appearance="subtle"
                      onClick={() => remove.mutate(tag)}
                      aria-label={`Delete the scope tag ${tag.displayName}`}
                    >
                      Delete
                    </Button>
                  </>
                ) : null,
            },
          ]}
        />
      ) : null}
      {open ? (
        <ScopeTagDialog
          {...open}
          connectors={connectors.data ?? []}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </Section>
  );
}

function ScopeTagDialog({
  tag,
  connectors,
  onClose,
}: {
  tag?: RoleScopeTag;
  connectors: readonly { readonly id: string; readonly displayName: string }[];
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(tag?.displayName ?? '');
  const [connectorIds, setConnectorIds] = useState<readonly string[]>(tag?.connectorIds ?? []);
  const save = useMutation({
    mutationFn: () => {
      const body = { displayName: name.trim(), connectorIds: [...connectorIds] };
      return tag
        ? client.roles.scopeTags.update(tag.id, body)
        : client.roles.scopeTags.create(body);
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ROLES_KEY });
      onClose();
    },
  });
  return (
    <FormDialog
      title={tag ? 'Edit a scope tag' : 'Create a scope tag'}
      submitLabel={tag ? 'Save' : 'Create'}
      busy={save.isPending}
      disabled={name.trim() === ''}
      error={save.error}
      errorTitle="The scope tag was not saved"
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Field label="Name" required>
        <Input value={name} maxLength={128} onChange={(_, data) => setName(data.value)} />
      </Field>
      <CheckList
        label="Connectors"
        items={connectors.map(({ id, displayName }) => ({ id, name: displayName }))}
        chosen={connectorIds}
        none="No site is attached yet."
        onChange={setConnectorIds}
      />
    </FormDialog>
  );
}
