import { ROLES } from '@moorline/model';
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
import { oneOf } from '../../suggest.ts';
import { findAdministrator } from './find-administrator.ts';

export function administratorsSetRoleCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('set-role', 'Change what an administrator may do', [
        "administrators set-role ada 'Read only' --context tenant",
      ]),
    ),
  )
    .argument('<user-name>', 'name or id')
    .argument('<role>', ROLES.join(', '))
    .action(async (word: string, roleWord: string, flags: ContextOptions & OutputOptions) => {
      const role = oneOf('role', roleWord, ROLES);
      const { client } = await connectionOf(flags, deps);
      const { id } = await findAdministrator(client, word, deps);
      printOne(deps.terminal, flags.output, await client.administrators.update(id, { role }, deps));
    });
}
