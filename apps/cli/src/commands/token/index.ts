import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { tokenCreateCommand } from './create.ts';
import { tokenListCommand } from './list.ts';
import { tokenRevokeCommand } from './revoke.ts';

export function tokenCommand(deps: CommandDeps): Command {
  return newGroup('token', 'API tokens of your own account, for scripts', [
    tokenCreateCommand(deps),
    tokenListCommand(deps),
    tokenRevokeCommand(deps),
  ]);
}
