import {
  Badge,
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { AddRegular, MoreHorizontalRegular } from '@fluentui/react-icons';
import type { Administrator, SignInLink } from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { useSession } from '../../app/session.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Status } from '../../ui/status.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { LinkedAdministrators } from '../linked-administrators/linked-administrators.tsx';
import {
  ChangeRoleDialog,
  CreateAdministratorDialog,
  LinkDialog,
} from './administrator-dialogs.tsx';
import { administratorsQuery } from './administrators-query.ts';

type Open =
  | { readonly kind: 'create' }
  | { readonly kind: 'role'; readonly administrator: Administrator }
  | { readonly kind: 'link'; readonly administrator: Administrator; readonly link: SignInLink };

/** Who may sign in here, and as what. */
export function AdministratorsPage() {
  const { user, authority } = useSession();
  const queryClient = useQueryClient();
  const { done, failed } = useToasts();
  const { data, error, isPending, refetch } = useQuery(administratorsQuery);
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const disable = useMutation({
    mutationFn: (administrator: Administrator) =>
      client.administrators.update(administrator.id, { isDisabled: !administrator.isDisabled }),
    onSuccess: async (changed) => {
      done(`${changed.userName} is ${changed.isDisabled ? 'disabled' : 'enabled'}.`);
      await queryClient.invalidateQueries({ queryKey: administratorsQuery.queryKey });
    },
    onError: failed,
  });
  const makeLink = async (administrator: Administrator): Promise<void> => {
    try {
      const link = await client.signIn.createLink({ userId: administrator.id });
      setOpen({ kind: 'link', administrator, link });
    } catch (caught) {
      failed(caught);
    }
  };
  return (
    <Page
      title="Administrators"
      intro="Accounts that may sign in to this console. A new one gets a one-time link with which its owner sets a password."
    >
      <div>
        <Button
          appearance="primary"
          icon={<AddRegular />}
          onClick={() => setOpen({ kind: 'create' })}
        >
          Add administrator
        </Button>
      </div>
      {isPending ? <Loading label="Reading administrators" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The administrators could not be read"
          onRetry={() => void refetch()}
        />
      ) : null}
      {data ? (
        <RecordTable
          label="Administrators"
          records={data}
          keyOf={(administrator) => administrator.id}
          columns={[
            {
              id: 'name',
              title: 'User name',
              cell: (administrator) => (
                <>
                  <Reported text={administrator.userName} />
                  {administrator.id === user.id ? (
                    <Badge
                      appearance="tint"
                      size="small"
                      style={{ marginLeft: 8, verticalAlign: 'top' }}
                    >
                      You
                    </Badge>
                  ) : null}
                </>
              ),
            },
            {
              id: 'role',
              title: 'Role',
              isShort: true,
              cell: (administrator) => administrator.role,
            },
            {
              id: 'state',
              title: 'State',
              isShort: true,
              cell: (administrator) => (
                <Status tone={administrator.isDisabled ? 'quiet' : 'good'}>
                  {administrator.isDisabled ? 'Disabled' : 'Enabled'}
                </Status>
              ),
            },
            {
              id: 'signIn',
              title: 'Last sign-in',
              isShort: true,
              cell: (administrator) => (
                <Moment at={administrator.lastSignInDateTime} never="Never" />
              ),
            },
            {
              id: 'created',
              title: 'Created',
              isShort: true,
              cell: (administrator) => formatDateTime(administrator.createdDateTime),
            },
            {
              id: 'commands',
              title: <span style={{ visibility: 'hidden' }}>Commands</span>,
              isNumber: true,
              cell: (administrator) => (
                <Menu>
                  <MenuTrigger disableButtonEnhancement>
                    <Button
                      size="small"
                      appearance="subtle"
                      icon={<MoreHorizontalRegular />}
                      aria-label={`Commands for ${administrator.userName}`}
                    />
                  </MenuTrigger>
                  <MenuPopover>
                    <MenuList>
                      <MenuItem onClick={() => setOpen({ kind: 'role', administrator })}>
                        Change role
                      </MenuItem>
                      <MenuItem
                        disabled={administrator.isDisabled}
                        onClick={() => void makeLink(administrator)}
                      >
                        Create one-time sign-in link
                      </MenuItem>
                      <MenuItem
                        disabled={administrator.id === user.id}
                        onClick={() => disable.mutate(administrator)}
                      >
                        {administrator.isDisabled ? 'Enable' : 'Disable'}
                      </MenuItem>
                    </MenuList>
                  </MenuPopover>
                </Menu>
              ),
            },
          ]}
        />
      ) : null}
      {authority.kind === 'site' ? <LinkedAdministrators /> : null}
      {open?.kind === 'create' ? <CreateAdministratorDialog onClose={close} /> : null}
      {open?.kind === 'role' ? (
        <ChangeRoleDialog administrator={open.administrator} onClose={close} />
      ) : null}
      {open?.kind === 'link' ? (
        <LinkDialog userName={open.administrator.userName} path={open.link.path} onClose={close} />
      ) : null}
    </Page>
  );
}
