import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../command-line.ts';
import { linkAtConsole } from '../connection/console-link.ts';
import { printOne } from '../output/print.ts';
import { findAdministrator } from './administrators/find-administrator.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly user?: string;
}

export function signInLinkCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('sign-in-link', 'Make a link that signs in once to the console', [
        'sign-in-link --context tenant',
        'sign-in-link --context tenant --user ada',
      ]),
    ),
  )
    .option('--user <user-name>', 'for another administrator')
    .action(async (flags: Flags) => {
      const { client, context } = await connectionOf(flags, deps);
      const user = flags.user && (await findAdministrator(client, flags.user, deps));
      const link = await client.signIn.createLink(user ? { userId: user.id } : {}, deps);
      const url = linkAtConsole(context, link.path);
      if (flags.output === 'table') {
        deps.terminal.write(`${url}\n`);
        deps.terminal.note(`It works once, until ${link.expirationDateTime}.\n`);
      } else {
        printOne(deps.terminal, flags.output, { url, expirationDateTime: link.expirationDateTime });
      }
    });
}
