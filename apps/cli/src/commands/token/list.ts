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

const COLUMNS = [
  'id',
  'displayName',
  'role',
  'createdDateTime',
  'expirationDateTime',
  'lastUsedDateTime',
];

export function tokenListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(newCommand('list', 'List your API tokens', ['token list --context tenant'])),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const tokens = await client.tokens.list(deps);
    printRows(deps.terminal, flags.output, tokens, COLUMNS, 'You have no API tokens.');
  });
}
