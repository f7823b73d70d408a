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
  'used',
  'quota',
  'expirationDateTime',
  'isRevoked',
  'createdBy',
];

export function enrolmentTokensListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List enrolment tokens', ['enrolment-tokens list --context site']),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const tokens = await client.enrolmentTokens.list(deps);
    printRows(deps.terminal, flags.output, tokens, COLUMNS, 'There are no enrolment tokens.');
  });
}
