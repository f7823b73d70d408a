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
  'displayName',
  'status',
  'deviceCount',
  'lastSyncDateTime',
  'siteVersion',
  'statusReason',
];

export function connectorsListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List the sites that are attached', [
        'connectors list --context tenant',
        'connectors list --context tenant -o json',
      ]),
    ),
  ).action(async (flags: ContextOptions & OutputOptions) => {
    const { client } = await connectionOf(flags, deps);
    const connectors = await client.connectors.list(deps);
    printRows(deps.terminal, flags.output, connectors, COLUMNS, 'No site is attached yet.');
  });
}
