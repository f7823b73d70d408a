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
import { findConnector } from './find-connector.ts';

const COLUMNS = ['eventDateTime', 'severity', 'kind', 'message'];

export function connectorsEventsCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('events', 'List what happened to a connector, the last hundred of it', [
        'connectors events HQ1 --context tenant',
      ]),
    ),
  )
    .argument('<connector>', 'name of the site, or id')
    .action(async (word: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findConnector(client, word, deps);
      const events = await client.connectors.events(id, deps);
      printRows(deps.terminal, flags.output, events, COLUMNS, 'Nothing has happened yet.');
    });
}
