import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  duration,
  newCommand,
  type OutputOptions,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne } from '../../output/print.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly expiresIn?: number;
  readonly siteName?: string;
}

export function connectorsJoinTokenCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('join-token', 'Make a token that attaches one site', [
        'connectors join-token --context tenant',
        'connectors join-token --context tenant --expires-in 15m -o json',
        'connectors join-token --context tenant --site-name HQ1',
      ]),
    ),
  )
    .option('--expires-in <time>', 'how long it may be used, up to 24h', duration)
    .option('--site-name <name>', 'the only site that it is good for')
    .action(async (flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const token = await client.connectors.createJoinToken(
        {
          ...(flags.expiresIn !== undefined && {
            expiresInMinutes: Math.ceil(flags.expiresIn / 60_000),
          }),
          ...(flags.siteName !== undefined && { siteName: flags.siteName }),
        },
        deps,
      );
      printOne(deps.terminal, flags.output, token);
      if (flags.output === 'table') {
        deps.terminal.note('It is shown once. At the site: moorline attach --context site TOKEN\n');
      }
    });
}
