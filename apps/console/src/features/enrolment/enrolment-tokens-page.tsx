import { Button, Text } from '@fluentui/react-components';
import { AddRegular, TicketDiagonalRegular } from '@fluentui/react-icons';
import type { EnrolmentToken } from '@moorline/contracts/admin';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { formatDateTime, formatNumber } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { RecordsPage } from '../../ui/records-page.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Status, type StatusTone } from '../../ui/status.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';

const enrolmentTokensQuery = queryOptions({
  queryKey: ['enrolmentTokens'],
  queryFn: ({ signal }) => client.enrolmentTokens.list({ signal }),
});

/** Tokens with which devices enrol here. */
export function EnrolmentTokensPage() {
  const query = useQuery(enrolmentTokensQuery);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<EnrolmentToken>();
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
      title="Enrolment tokens"
      intro="A device proves with a token that it may enrol. Afterwards it has its own certificate, and the token does not matter to it any more."
      empty={{
        icon: <TicketDiagonalRegular />,
        title: 'No enrolment tokens',
        text: 'Create one, and run the command that you are shown on the device to enrol.',
      }}
      table={(tokens) => <TokensTable tokens={tokens} onRevoke={setRevoking} />}
    >
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} /> : null}
      {revoking ? <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </RecordsPage>
  );
}

function TokensTable({
  tokens,
  onRevoke,
}: {
  tokens: readonly EnrolmentToken[];
  onRevoke: (token: EnrolmentToken) => void;
}) {
  const now = useNow();
  return (
    <RecordTable
      label="Enrolment tokens"
      records={tokens}
      keyOf={(token) => token.id}
      columns={[
        { id: 'name', title: 'Name', cell: (token) => <Reported text={token.displayName} /> },
        {
          id: 'state',
          title: 'State',
          isShort: true,
          cell: (token) => {
            const { name, tone } = tokenState(token, now);
            return <Status tone={tone}>{name}</Status>;
          },
        },
        {
          id: 'used',
          title: 'Used',
          isNumber: true,
          isShort: true,
          cell: (token) => `${formatNumber(token.used)} of ${formatNumber(token.quota)}`,
        },
        {
          id: 'expires',
          title: 'Expires',
          isShort: true,
          cell: (token) => formatDateTime(token.expirationDateTime),
        },
        {
          id: 'created',
          title: 'Created',
          isShort: true,
          cell: (token) => formatDateTime(token.createdDateTime),
        },
        { id: 'by', title: 'By', cell: (token) => <Reported text={token.createdBy} /> },
        {
          id: 'revoke',
          title: <span style={{ visibility: 'hidden' }}>Commands</span>,
          isNumber: true,
          cell: (token) =>
            token.isRevoked ? null : (
              <Button
                size="small"
                onClick={() => onRevoke(token)}
                aria-label={`Revoke ${token.displayName}`}
              >
                Revoke
              </Button>
            ),
        },
      ]}
    />
  );
}

function tokenState(token: EnrolmentToken, now: number): { name: string; tone: StatusTone } {
  if (token.isRevoked) return { name: 'Revoked', tone: 'quiet' };
  if (Date.parse(token.expirationDateTime) <= now) return { name: 'Expired', tone: 'quiet' };
  if (token.used >= token.quota) return { name: 'Used up', tone: 'quiet' };
  return { name: 'Usable', tone: 'good' };
}

function RevokeDialog({ token, onClose }: { token: EnrolmentToken; onClose: () => void }) {
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => client.enrolmentTokens.revoke(token.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: enrolmentTokensQuery.queryKey });
      onClose();
    },
  });
  return (
    <FormDialog
      title="Revoke this token?"
      submitLabel="Revoke"
      busy={revoke.isPending}
      error={revoke.error}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
    >
      <Text>
        No further device can enrol with “<Reported text={token.displayName} />
        ”. Devices that have enrolled with it stay enrolled.
      </Text>
    </FormDialog>
  );
}
