import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
  wordList,
} from '../../command-line.ts';
import { usageError } from '../../errors.ts';
import { printOne } from '../../output/print.ts';
import { findAdministrator } from '../administrators/find-administrator.ts';
import { findCollection } from '../collections/find-collection.ts';
import { findAssignment, findRole, findScopeTag } from './find.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly name?: string;
  readonly allDevices?: boolean;
  readonly scopeTags?: readonly string[];
  readonly collections?: readonly string[];
}

export function rolesAssignCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('assign', 'Assign a role to administrators, on all devices or on some', [
        'roles assign Scanner ada,grace --all-devices',
        "roles assign 'Help desk' bob --scope-tags Branches --context tenant",
        "roles assign 'Help desk' bob --collections Laptops --context site",
      ]),
    ),
  )
    .argument('<role>', 'name or id')
    .argument('<user-names>', 'comma-separated names or ids', (text: string) => wordList(text))
    .option('--all-devices', 'on every device, those to come too')
    .option('--scope-tags <names>', 'on devices that carry one of these', (text) => wordList(text))
    .option('--collections <names>', 'on devices in one of these', (text) => wordList(text))
    .option('--name <name>', 'of the assignment; default: role and members')
    .action(async (word: string, users: readonly string[], flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const isLimited = flags.scopeTags !== undefined || flags.collections !== undefined;
      if (isLimited === (flags.allDevices === true)) {
        throw usageError('Say on which devices: --all-devices, or --scope-tags or --collections.');
      }
      const role = await findRole(client, word, deps);
      const members: string[] = [];
      for (const user of users) members.push((await findAdministrator(client, user, deps)).id);
      const roleScopeTagIds: string[] = [];
      for (const tag of flags.scopeTags ?? []) {
        roleScopeTagIds.push((await findScopeTag(client, tag, deps)).id);
      }
      const resourceScopes: string[] = [];
      for (const name of flags.collections ?? []) {
        resourceScopes.push((await findCollection(client, name, deps)).id);
      }
      const body = {
        displayName: flags.name ?? `${role.displayName}: ${users.join(', ')}`.slice(0, 128),
        roleDefinitionId: role.id,
        members,
        roleScopeTagIds,
        resourceScopes,
      };
      const made = await client.roles.assignments.create(body, deps);
      const { id, displayName, scopeType } = made;
      printOne(deps.terminal, flags.output, { id, displayName, role: role.displayName, scopeType });
    });
}

export function rolesUnassignCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('unassign', 'End a role assignment', ["roles unassign 'Scanner: ada'"]),
  )
    .argument('<assignment>', 'name or id; see roles assignments')
    .action(async (word: string, flags: ContextOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id, displayName } = await findAssignment(client, word, deps);
      await client.roles.assignments.delete(id, deps);
      deps.terminal.note(`${displayName} has ended.\n`);
    });
}
