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
import { findAdministrator } from './find-administrator.ts';

export function administratorsDisableCommand(deps: CommandDeps): Command {
  return changing(
    'disable',
    'End an administrator’s sessions and tokens, and allow no new ones',
    deps,
  );
}

export function administratorsEnableCommand(deps: CommandDeps): Command {
  return changing('enable', 'Let a disabled administrator sign in again', deps);
}

function changing(name: 'disable' | 'enable', summary: string, deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(newCommand(name, summary, [`administrators ${name} ada --context tenant`])),
  )
    .argument('<user-name>', 'name or id')
    .action(async (word: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findAdministrator(client, word, deps);
      const change = { isDisabled: name === 'disable' };
      printOne(deps.terminal, flags.output, await client.administrators.update(id, change, deps));
    });
}
