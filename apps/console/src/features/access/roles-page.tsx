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
import {
  allowedActions,
  type RoleAssignment,
  type RoleDefinition,
} from '@moorline/contracts/admin';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../app/client.ts';
import { usePermission, useSession } from '../../app/session.tsx';
import { ErrorNotice, Loading } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RecordTable } from '../../ui/record-table.tsx';
import { Reported } from '../../ui/reported.tsx';
import { Section } from '../../ui/section.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { administratorsQuery } from './administrators-query.ts';
import { AssignmentDialog } from './assignment-dialog.tsx';
import { type RoleDeed, RoleDialog } from './role-dialog.tsx';
import { assignmentsQuery, ROLES_KEY, rolesQuery } from './roles-queries.ts';
import { ScopeTagsSection } from './scope-tags-section.tsx';

type Open =
  | { readonly kind: 'role'; readonly deed: RoleDeed; role?: RoleDefinition; etag?: string }
  | {
      readonly kind: 'assign';
      readonly role: RoleDefinition;
      assignment?: RoleAssignment;
      etag?: string;
    };

/** Roles, who holds them, and on which devices. */
export function RolesPage() {
  const { authority } = useSession();
  const queryClient = useQueryClient();
  const { done, failed } = useToasts();
  const { allowed: mayChange } = usePermission('roles.manage');
  const { allowed: maySeeAccounts } = usePermission('administrators.manage');
  const roles = useQuery(rolesQuery);
  const assignments = useQuery(assignmentsQuery);
  const accounts = useQuery({ ...administratorsQuery, enabled: maySeeAccounts });
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);

  const holdersOf = (role: RoleDefinition): readonly string[] => {
    const assigned = (assignments.data ?? [])
      .filter(({ roleDefinitionId }) => roleDefinitionId === role.id)
      .flatMap(({ members }) => members);
    const own = (accounts.data ?? [])
      .filter((account) => role.isBuiltIn && account.role === role.displayName)
      .map(({ id }) => id);
    return [...new Set([...own, ...assigned])];
  };
  const userName = (id: string): string =>
    accounts.data?.find((account) => account.id === id)?.userName ?? id;

  const remove = useMutation({
    mutationFn: ({ kind, id }: { kind: 'definitions' | 'assignments'; id: string; name: string }) =>
      client.roles[kind].delete(id),
    onSuccess: async (_, { name }) => {
      done(`${name} is deleted.`);
      await queryClient.invalidateQueries({ queryKey: ROLES_KEY });
    },
    onError: failed,
  });
  const edit = async (role: RoleDefinition): Promise<void> => {
    try {
      const { value, etag } = await client.roles.definitions.getVersioned(role.id);
      setOpen({ kind: 'role', deed: 'edit', role: value, etag });
    } catch (caught) {
      failed(caught);
    }
  };
  const editAssignment = async (id: string, role: RoleDefinition): Promise<void> => {
    try {
      const { value, etag } = await client.roles.assignments.getVersioned(id);
      setOpen({ kind: 'assign', role, assignment: value, etag });
    } catch (caught) {
      failed(caught);
    }
  };
  const error = roles.error ?? assignments.error;
  return (
    <Page
      title="Roles"
      intro="A role is a set of permissions; an assignment gives it to administrators, on all devices or on some. Changes take effect at once."
    >
      {mayChange ? (
        <div>
          <Button
            appearance="primary"
            icon={<AddRegular />}
            onClick={() => setOpen({ kind: 'role', deed: 'create' })}
          >
            Create role
          </Button>
        </div>
      ) : null}
      {roles.isPending || assignments.isPending ? <Loading label="Reading roles" /> : null}
      {error ? (
        <ErrorNotice
          error={error}
          title="The roles could not be read"
          onRetry={() => void queryClient.invalidateQueries({ queryKey: ROLES_KEY })}
        />
      ) : null}
      {roles.data ? (
        <RecordTable
          label="Roles"
          records={roles.data}
          keyOf={(role) => role.id}
          columns={[
            {
              id: 'name',
              title: 'Role',
              cell: (role) => (
                <>
                  <Reported text={role.displayName} />
                  {role.isBuiltIn ? (
                    <Badge appearance="tint" size="small" style={{ marginLeft: 8 }}>
                      Built in
                    </Badge>
                  ) : null}
                </>
              ),
            },
            { id: 'description', title: 'Description', cell: (role) => role.description },
            {
              id: 'permissions',
              title: 'Permissions',
              isNumber: true,
              cell: (role) => allowedActions(role).length,
            },
            {
              id: 'holders',
              title: 'Held by',
              cell: (role) => holdersOf(role).map(userName).join(', ') || 'Nobody',
            },
            {
              id: 'commands',
              title: <span style={{ visibility: 'hidden' }}>Commands</span>,
              isNumber: true,
              cell: (role) => (
                <Menu>
                  <MenuTrigger disableButtonEnhancement>
                    <Button
                      size="small"
                      appearance="subtle"
                      icon={<MoreHorizontalRegular />}
                      aria-label={`Commands for ${role.displayName}`}
                    />
                  </MenuTrigger>
                  <MenuPopover>
                    <MenuList>
                      {role.isBuiltIn || !mayChange ? (
                        <MenuItem onClick={() => setOpen({ kind: 'role', deed: 'view', role })}>
                          View
                        </MenuItem>
                      ) : (
                        <MenuItem onClick={() => void edit(role)}>Edit</MenuItem>
                      )}
                      <MenuItem
                        disabled={!mayChange}
                        onClick={() => setOpen({ kind: 'role', deed: 'copy', role })}
                      >
                        Copy
                      </MenuItem>
                      <MenuItem
                        disabled={!mayChange}
                        onClick={() => setOpen({ kind: 'assign', role })}
                      >
                        Assign
                      </MenuItem>
                      <MenuItem
                        disabled={!mayChange || role.isBuiltIn}
                        onClick={() =>
                          remove.mutate({
                            kind: 'definitions',
                            id: role.id,
                            name: role.displayName,
                          })
                        }
                      >
                        Delete
                      </MenuItem>
                    </MenuList>
                  </MenuPopover>
                </Menu>
              ),
            },
          ]}
        />
      ) : null}
      {assignments.data && roles.data ? (
        <Section title="Assignments">
          <RecordTable
            isBare
            label="Assignments"
            records={assignments.data}
            keyOf={(assignment) => assignment.id}
            columns={[
              {
                id: 'name',
                title: 'Assignment',
                cell: (assignment) => <Reported text={assignment.displayName} />,
              },
              {
                id: 'role',
                title: 'Role',
                cell: ({ roleDefinitionId }) =>
                  roles.data.find(({ id }) => id === roleDefinitionId)?.displayName,
              },
              {
                id: 'members',
                title: 'Administrators',
                cell: ({ members }) => members.map(userName).join(', ') || 'Nobody',
              },
              {
                id: 'scope',
                title: 'On',
                cell: ({ scopeType, roleScopeTagIds, resourceScopes }) =>
                  scopeType === 'allDevices'
                    ? 'All devices'
                    : scopeWords(roleScopeTagIds.length, resourceScopes.length),
              },
              {
                id: 'commands',
                title: <span style={{ visibility: 'hidden' }}>Commands</span>,
                isNumber: true,
                cell: (assignment) => {
                  const role = roles.data.find(({ id }) => id === assignment.roleDefinitionId);
                  return mayChange && role ? (
                    <>
                      <Button
                        size="small"
                        appearance="subtle"
                        onClick={() => void editAssignment(assignment.id, role)}
                        aria-label={`Edit the assignment ${assignment.displayName}`}
                      >
                        Edit
                      </Button>
                      <Button
                        size="small"
                        appearance="subtle"
                        onClick={() =>
                          remove.mutate({
                            kind: 'assignments',
                            id: assignment.id,
                            name: assignment.displayName,
                          })
                        }
                        aria-label={`End the assignment ${assignment.displayName}`}
                      >
                        End
                      </Button>
                    </>
                  ) : null;
                },
              },
            ]}
          />
        </Section>
      ) : null}
      {authority.kind === 'tenant' ? <ScopeTagsSection mayChange={mayChange} /> : null}
      {open?.kind === 'role' ? <RoleDialog {...open} onClose={close} /> : null}
      {open?.kind === 'assign' ? <AssignmentDialog {...open} onClose={close} /> : null}
    </Page>
  );
}

function scopeWords(tags: number, collections: number): string {
  const parts = [
    ...(tags > 0 ? [`${tags} ${tags === 1 ? 'scope tag' : 'scope tags'}`] : []),
    ...(collections > 0
      ? [`${collections} ${collections === 1 ? 'collection' : 'collections'}`]
      : []),
  ];
  return `Devices of ${parts.join(' and ')}`;
}
