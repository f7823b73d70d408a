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
import { printOne } from '../../output/print.ts';

export function clientSettingsShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show the client settings', ['client-settings show --context site']),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    printOne(deps.terminal, flags.output, await client.clientSettings.get(deps));
  });
}
