import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne, printRows } from '../../output/print.ts';
import { find, findRole } from './find.ts';
import { roleRow } from './print-role.ts';

export function rolesListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(newCommand('list', 'List roles', ['roles list --context tenant'])),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const rows = (await client.roles.definitions.list(deps)).map(roleRow);
    const columns = ['displayName', 'isBuiltIn', 'permissions', 'id'];
    printRows(deps.terminal, flags.output, rows, columns, 'There are no roles.');
  });
}

export function rolesShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show a role and who holds it', ["roles show 'Help desk'"]),
    ),
  )
    .argument('<role>', 'name or id')
    .action(async (word: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const role = await findRole(client, word, deps);
      const assignments = (await client.roles.assignments.list(deps)).filter(
        ({ roleDefinitionId }) => roleDefinitionId === role.id,
      );
      const assignedBy = assignments.map(({ displayName }) => displayName).join(', ');
      printOne(deps.terminal, flags.output, { ...roleRow(role), assignedBy });
    });
}

export function rolesAssignmentsCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('assignments', 'List who holds which role, and on which devices', [
        'roles assignments --context site',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const roles = await client.roles.definitions.list(deps);
    const rows = (await client.roles.assignments.list(deps)).map((assignment) => ({
      id: assignment.id,
      displayName: assignment.displayName,
      role: find('role', assignment.roleDefinitionId, roles).displayName,
      members: assignment.members.length,
      scopeType: assignment.scopeType,
      scopeTags: assignment.roleScopeTagIds.join(', '),
      collections: assignment.resourceScopes.join(', '),
    }));
    const columns = ['displayName', 'role', 'members', 'scopeType', 'id'];
    printRows(deps.terminal, flags.output, rows, columns, 'No role is assigned.');
  });
}

export function permissionsListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List the permissions that roles are made of', ['permissions list']),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const rows = (await client.roles.operations(deps)).map(({ hosts, ...operation }) => ({
      ...operation,
      hosts: hosts.join(', '),
    }));
    const columns = ['id', 'resourceName', 'actionName', 'description'];
    printRows(deps.terminal, flags.output, rows, columns, 'There are no permissions.');
  });
}
