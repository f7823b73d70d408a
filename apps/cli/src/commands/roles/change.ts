import { allowedActions, rolePermissionsOf } from '@moorline/contracts/admin';
import { PERMISSIONS } from '@moorline/model';
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
import { printOne } from '../../output/print.ts';
import { oneOf } from '../../suggest.ts';
import { findRole } from './find.ts';
import { roleRow } from './print-role.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly name?: string;
  readonly description?: string;
  readonly copy?: string;
  readonly permissions?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

export function rolesCreateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('create', 'Make a role out of permissions that you hold', [
        'roles create Scanner --permissions devices.read,devices.scan',
        "roles create 'Help desk, no restart' --copy 'Help desk' --remove devices.restart",
      ]),
    ),
  )
    .argument('<name>')
    .option('--permissions <ids>', 'comma-separated; see permissions list', permissionList)
    .option('--copy <role>', 'begin with the permissions of this one')
    .option('--remove <ids>', 'without these', permissionList)
    .option('--description <text>')
    .action(async (name: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const copied = flags.copy === undefined ? null : await findRole(client, flags.copy, deps);
      const given = [...(copied ? allowedActions(copied) : []), ...(flags.permissions ?? [])];
      const permissions = given.filter((id) => !flags.remove?.includes(id));
      const description = flags.description ?? copied?.description;
      const body = {
        displayName: name,
        rolePermissions: rolePermissionsOf([...new Set(permissions)]),
        ...(description !== undefined && { description }),
      };
      const made = await client.roles.definitions.create(body, deps);
      printOne(deps.terminal, flags.output, roleRow(made));
    });
}

export function rolesUpdateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('update', 'Change a role; who holds it feels it at once', [
        'roles update Scanner --add devices.wake --remove devices.restart',
      ]),
    ),
  )
    .argument('<role>', 'name or id')
    .option('--name <name>')
    .option('--description <text>')
    .option('--permissions <ids>', 'these and no others', permissionList)
    .option('--add <ids>', 'these too', permissionList)
    .option('--remove <ids>', 'without these', permissionList)
    .action(async (word: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findRole(client, word, deps);
      const { value, etag } = await client.roles.definitions.getVersioned(id, deps);
      const wanted = [...(flags.permissions ?? allowedActions(value)), ...(flags.add ?? [])];
      const permissions = wanted.filter((one) => !flags.remove?.includes(one));
      const body = {
        rolePermissions: rolePermissionsOf([...new Set(permissions)]),
        ...(flags.name !== undefined && { displayName: flags.name }),
        ...(flags.description !== undefined && { description: flags.description }),
      };
      const options = { ...deps, ifMatch: etag };
      const changed = await client.roles.definitions.update(id, body, options);
      printOne(deps.terminal, flags.output, roleRow(changed));
    });
}

export function rolesDeleteCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('delete', 'Delete a role that is assigned to nobody', ['roles delete Scanner']),
  )
    .argument('<role>', 'name or id')
    .action(async (word: string, flags: ContextOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id, displayName } = await findRole(client, word, deps);
      await client.roles.definitions.delete(id, deps);
      deps.terminal.note(`${displayName} is deleted.\n`);
    });
}

function permissionList(text: string): readonly string[] {
  return wordList(text).map((word) => oneOf('permission', word, PERMISSIONS));
}
