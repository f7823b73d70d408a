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

export function attachDetachCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('detach', 'End the attachment of a site; it manages its devices as before', [
        'attach detach --context site',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const state = await client.cloudAttach.detach(deps);
    printOne(deps.terminal, flags.output, state, ['state', 'statusReason', 'lastDetached']);
    if (flags.output === 'table' && state.lastDetached?.isTenantTold === false) {
      deps.terminal.note(
        `${state.lastDetached.tenantName} cannot be reached now; it is told as soon as it can be.\n`,
      );
    }
  });
}
