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
import { connectorFacts } from './connector-facts.ts';
import { findConnector } from './find-connector.ts';

export function connectorsShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show how an attached site is, and why', [
        'connectors show HQ1 --context tenant',
        'connectors show HQ1 --context tenant -o json',
      ]),
    ),
  )
    .argument('<connector>', 'name of the site, or id')
    .action(async (word: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findConnector(client, word, deps);
      const connector = await client.connectors.get(id, deps);
      const shown = flags.output === 'table' ? connectorFacts(connector) : connector;
      printOne(deps.terminal, flags.output, shown);
    });
}
