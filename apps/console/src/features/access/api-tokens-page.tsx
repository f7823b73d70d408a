import { Button, Text } from '@fluentui/react-components';
import { AddRegular, KeyRegular } from '@fluentui/react-icons';
import type { ApiToken } from '@moorline/contracts/admin';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { RecordsPage } from '../../ui/records-page.tsx';
import { Reported } from '../../ui/reported.tsx';
import { CreateApiTokenDialog } from './create-api-token-dialog.tsx';

const apiTokensQuery = queryOptions({
  queryKey: ['apiTokens'],
  queryFn: ({ signal }) => client.tokens.list({ signal }),
});

/** The caller's own API tokens. */
export function ApiTokensPage() {
  const query = useQuery(apiTokensQuery);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ApiToken>();
  const create = (
    <Button appearance="primary" icon={<AddRegular />} onClick={() => setCreating(true)}>
      Create token
    </Button>
  );
  return (
    <RecordsPage
      query={query}
      noun="tokens"
      action={create}
      title="API tokens"
      intro="Scripts and the command line act with a token as you, with its role. These are your own tokens."
      empty={{
        icon: <KeyRegular />,
        title: 'You have no API tokens',
        text: 'A script sends it in the header “Authorization: Bearer …”.',
      }}
      table={(tokens) => (
        <RecordTable
          label="API tokens"
          records={tokens}
          keyOf={(token) => token.id}
          columns={[
            { id: 'name', title: 'Name', cell: (token) => <Reported text={token.displayName} /> },
            { id: 'role', title: 'Role', isShort: true, cell: (token) => token.role },
            {
              id: 'used',
              title: 'Last used',
              isShort: true,
              cell: (token) => <Moment at={token.lastUsedDateTime} never="Never" />,
            },
            {
              id: 'created',
              title: 'Created',
              isShort: true,
              cell: (token) => formatDateTime(token.createdDateTime),
            },
            {
              id: 'expires',
              title: 'Expires',
              isShort: true,
              cell: (token) => <Moment at={token.expirationDateTime} />,
            },
            {
              id: 'delete',
              title: <span style={{ visibility: 'hidden' }}>Commands</span>,
              isNumber: true,
              cell: (token) => (
                <Button
                  size="small"
                  onClick={() => setDeleting(token)}
                  aria-label={`Delete ${token.displayName}`}
                >
                  Delete
                </Button>
              ),
            },
          ]}
        />
      )}
    >
      {creating ? <CreateApiTokenDialog onClose={() => setCreating(false)} /> : null}
      {deleting ? <DeleteDialog token={deleting} onClose={() => setDeleting(undefined)} /> : null}
    </RecordsPage>
  );
}

function DeleteDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => client.tokens.delete(token.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: apiTokensQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Delete this token?"
      submitLabel="Delete"
      busy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        Whatever uses “<Reported text={token.displayName} />” is refused from now on.
      </Text>
    </FormDialog>
  );
}
