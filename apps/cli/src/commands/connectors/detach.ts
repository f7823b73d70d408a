import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  withContextOptions,
} from '../../command-line.ts';
import { findConnector } from './find-connector.ts';

export function connectorsDetachCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('detach', 'End a connector and remove its devices here; the site works on', [
      'connectors detach HQ1 --context tenant',
    ]),
  )
    .argument('<connector>', 'name of the site, or id')
    .action(async (word: string, flags: ContextOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id, displayName } = await findConnector(client, word, deps);
      await client.connectors.detach(id, deps);
      deps.terminal.note(
        `${displayName} is detached. Its history and audit records stay; a new join token brings it back.\n`,
      );
    });
}
