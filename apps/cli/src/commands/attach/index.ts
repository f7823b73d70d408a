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
import { attachCheckCommand } from './check.ts';
import { attachEndpointsCommand } from './endpoints.ts';
import { attachStatusCommand } from './status.ts';

export function attachCommand(deps: CommandDeps): Command {
  return (
    withOutput(
      withContextOptions(
        newCommand('attach', 'Attach a site to its tenant', [
          'attach --context site mlj1.eyJ1Ijoi…',
          'attach status --context site',
          'attach check --context site --join-token mlj1.eyJ1Ijoi…',
          'attach endpoints --context site',
        ]),
      ),
    )
      .argument('<join-token>', 'made by `moorline connectors join-token` at the tenant')
      // What follows the subcommand's name is the subcommand's: both have --context.
      .enablePositionalOptions()
      .addCommand(attachStatusCommand(deps))
      .addCommand(attachCheckCommand(deps))
      .addCommand(attachEndpointsCommand(deps))
      .action(async (joinToken: string, flags: ContextOptions & OutputOptions) => {
        const { client } = await connectionOf(flags, deps);
        printOne(deps.terminal, flags.output, await client.cloudAttach.attach({ joinToken }, deps));
      })
  );
}
