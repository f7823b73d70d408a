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
import { safeText } from '../../output/safe-text.ts';
import { ACTION_COLUMNS } from './action-columns.ts';

export function actionsCancelCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('cancel', 'Cancel an action, or ask whoever has it to end it', [
        'actions cancel 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10',
      ]),
    ),
  )
    .argument('<id>', 'id of the action')
    .action(async (id: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const action = await client.actions.cancel(id, deps);
      printOne(deps.terminal, flags.output, action, ACTION_COLUMNS);
      if (action.cancellation) deps.terminal.note(`${safeText(action.cancellation.reason)}\n`);
    });
}
