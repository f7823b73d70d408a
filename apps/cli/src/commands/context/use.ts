import type { Command } from 'commander';
import {
  type CommandDeps,
  type DataOptions,
  dataFolder,
  newCommand,
  withData,
} from '../../command-line.ts';
import { chooseContext, readContexts, writeContexts } from '../../connection/contexts.ts';

export function contextUseCommand(deps: CommandDeps): Command {
  return withData(
    newCommand('use', 'Choose the context that is meant when none is named', ['context use site']),
  )
    .argument('<name>', 'name of the context')
    .action(async (name: string, flags: DataOptions) => {
      const folder = dataFolder(flags, deps);
      const contexts = await readContexts(folder);
      const chosen = chooseContext(contexts, name);
      await writeContexts(folder, { ...contexts, current: chosen.name });
      deps.terminal.note(`Commands without --context now speak to ${chosen.name}.\n`);
    });
}
