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
import { ACTION_COLUMNS } from './action-columns.ts';
import { hopLine } from './follow-hops.ts';

export function actionsShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show an action with every hop it took', [
        'actions show 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10',
      ]),
    ),
  )
    .argument('<id>', 'id of the action')
    .action(async (id: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const action = await client.actions.get(id, deps);
      printOne(deps.terminal, flags.output, action, ACTION_COLUMNS);
      if (flags.output !== 'table') return;
      deps.terminal.write('\n');
      for (const hop of action.hops) deps.terminal.write(hopLine(hop));
    });
}
