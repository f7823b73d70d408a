import { ROLES, type Role } from '@moorline/model';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  given,
  newCommand,
  type OutputOptions,
  wholeNumber,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne } from '../../output/print.ts';
import { oneOf } from '../../suggest.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly name?: string;
  readonly role?: Role;
  readonly expiresInDays?: number;
}

export function tokenCreateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('create', 'Make an API token', [
        'token create --context tenant --name ci',
        "token create --context tenant --name dashboard --role 'Read only' --expires-in-days 30 -o json",
      ]),
    ),
  )
    .option('--name <name>', 'what it is for')
    .option('--role <role>', `${ROLES.join(', ')} (default: your own)`, (word) =>
      oneOf('role', word, ROLES),
    )
    .option('--expires-in-days <n>', 'days until it ends', wholeNumber(1, 365))
    .action(async (flags: Flags) => {
      const displayName = given('--name', flags.name);
      const { client } = await connectionOf(flags, deps);
      const token = await client.tokens.create(
        {
          displayName,
          ...(flags.role === undefined ? {} : { role: flags.role }),
          ...(flags.expiresInDays === undefined ? {} : { expiresInDays: flags.expiresInDays }),
        },
        deps,
      );
      printOne(deps.terminal, flags.output, token);
      if (flags.output === 'table') {
        deps.terminal.note('It is shown once. Send it as: Authorization: Bearer TOKEN\n');
      }
    });
}
