import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { rolesAssignCommand, rolesUnassignCommand } from './assign.ts';
import { rolesCreateCommand, rolesDeleteCommand, rolesUpdateCommand } from './change.ts';
import {
  permissionsListCommand,
  rolesAssignmentsCommand,
  rolesListCommand,
  rolesShowCommand,
} from './list.ts';

export { scopeTagsCommand } from './scope-tags.ts';

export function rolesCommand(deps: CommandDeps): Command {
  return newGroup('roles', 'Roles, and who holds them', [
    rolesListCommand(deps),
    rolesShowCommand(deps),
    rolesCreateCommand(deps),
    rolesUpdateCommand(deps),
    rolesDeleteCommand(deps),
    rolesAssignCommand(deps),
    rolesUnassignCommand(deps),
    rolesAssignmentsCommand(deps),
  ]);
}

export function permissionsCommand(deps: CommandDeps): Command {
  return newGroup('permissions', 'What roles are made of', [permissionsListCommand(deps)]);
}
