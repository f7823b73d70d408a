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

export function attachStatusCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('status', 'Show the site’s own end of its attachment', [
        'attach status --context site',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    printOne(deps.terminal, flags.output, await client.cloudAttach.get(deps));
  });
}
