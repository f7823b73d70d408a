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
import { usageError } from '../../errors.ts';
import { printOne } from '../../output/print.ts';
import { didYouMean } from '../../suggest.ts';

export function connectorsShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show one attached site', ['connectors show HQ1 --context tenant']),
    ),
  )
    .argument('<connector>', 'name of the site, or id')
    .action(async (word: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const connectors = await client.connectors.list(deps);
      const lower = word.toLowerCase();
      const found = connectors.filter(
        ({ id, displayName }) => id === lower || displayName.toLowerCase() === lower,
      );
      const [connector, other] = found;
      if (!connector) {
        const names = connectors.map(({ displayName }) => displayName);
        throw usageError(`There is no connector "${word}".${didYouMean(word, names)}`);
      }
      if (other) {
        const ids = found.map(({ id }) => id).join(', ');
        throw usageError(`More than one connector is called "${word}"; use its id: ${ids}.`);
      }
      printOne(deps.terminal, flags.output, connector);
    });
}
