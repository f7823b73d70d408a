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
import { attachDetachCommand } from './detach.ts';
import { attachEnableCommand } from './enable.ts';
import { attachEndpointsCommand } from './endpoints.ts';
import { attachStatusCommand } from './status.ts';
import { attachUploadCommands } from './upload.ts';

export function attachCommand(deps: CommandDeps): Command {
  const command = withOutput(
    withContextOptions(
      newCommand('attach', 'Attach a site to its tenant', [
        'attach --context site mlj1.eyJ1Ijoi…',
        'attach enable --context site -f attach.yaml --plan',
        'attach status --context site',
        'attach check --context site --join-token mlj1.eyJ1Ijoi…',
        'attach endpoints --context site',
        'attach detach --context site',
      ]),
    ),
  )
    .argument('<join-token>', 'made by `moorline connectors join-token` at the tenant')
    // What follows the subcommand's name is the subcommand's: both have --context.
    .enablePositionalOptions()
    .action(async (joinToken: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      printOne(deps.terminal, flags.output, await client.cloudAttach.attach({ joinToken }, deps));
    });
  const subcommands = [
    attachEnableCommand(deps),
    attachStatusCommand(deps),
    attachCheckCommand(deps),
    attachEndpointsCommand(deps),
    ...attachUploadCommands(deps),
    attachDetachCommand(deps),
  ];
  for (const subcommand of subcommands) command.addCommand(subcommand);
  return command;
}
