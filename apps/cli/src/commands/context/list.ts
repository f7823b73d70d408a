import type { Command } from 'commander';
import {
  type CommandDeps,
  type DataOptions,
  dataFolder,
  newCommand,
  type OutputOptions,
  withData,
  withOutput,
} from '../../command-line.ts';
import { readContexts } from '../../connection/contexts.ts';
import { printRows } from '../../output/print.ts';

const COLUMNS = ['name', 'kind', 'url', 'current'];

export function contextListCommand(deps: CommandDeps): Command {
  return withOutput(
    withData(newCommand('list', 'List contexts, without their secrets', ['context list'])),
  ).action(async (flags: DataOptions & OutputOptions) => {
    const { current, contexts } = await readContexts(dataFolder(flags, deps));
    const rows = Object.entries(contexts).map(([name, { kind, url }]) => ({
      name,
      kind,
      url,
      current: name === current,
    }));
    printRows(deps.terminal, flags.output, rows, COLUMNS, 'No context is known here.');
  });
}
