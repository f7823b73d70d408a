import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  withContextOptions,
} from '../../command-line.ts';

export function tokenRevokeCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('revoke', 'Revoke an API token', [
      'token revoke 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10 --context tenant',
    ]),
  )
    .argument('<id>', 'id of the token')
    .action(async (id: string, flags: ContextOptions) => {
      const { client } = await connectionOf(flags, deps);
      await client.tokens.delete(id, deps);
      deps.terminal.note('Revoked.\n');
    });
}
