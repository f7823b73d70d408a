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
import { printRows } from '../../output/print.ts';

const COLUMNS = ['userName', 'role', 'isDisabled', 'createdDateTime', 'lastSignInDateTime', 'id'];

export function administratorsListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List administrators', ['administrators list --context tenant']),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const administrators = await client.administrators.list(deps);
    printRows(deps.terminal, flags.output, administrators, COLUMNS, 'There are no administrators.');
  });
}
