import { ROLES, type Role } from '@moorline/model';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  given,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { linkAtConsole } from '../../connection/console-link.ts';
import { printOne } from '../../output/print.ts';
import { oneOf } from '../../suggest.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly role?: Role;
}

export function administratorsCreateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('create', 'Add an administrator; answers a one-time sign-in link', [
        "administrators create ada --role 'Help desk' --context tenant",
      ]),
    ),
  )
    .argument('<user-name>', 'name to sign in with')
    .option('--role <role>', ROLES.join(', '), (word) => oneOf('role', word, ROLES))
    .action(async (userName: string, flags: Flags) => {
      const role = given('--role', flags.role);
      const { client, context } = await connectionOf(flags, deps);
      const { signInLink, ...administrator } = await client.administrators.create(
        { userName, role },
        deps,
      );
      const link =
        signInLink === undefined ? {} : { signInLink: linkAtConsole(context, signInLink) };
      printOne(deps.terminal, flags.output, { ...administrator, ...link });
    });
}
