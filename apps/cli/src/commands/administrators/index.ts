import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { administratorsCreateCommand } from './create.ts';
import { administratorsDisableCommand, administratorsEnableCommand } from './disable.ts';
import { administratorsListCommand } from './list.ts';
import { administratorsSetRoleCommand } from './set-role.ts';

export function administratorsCommand(deps: CommandDeps): Command {
  return newGroup('administrators', 'Who may sign in, and what they may do', [
    administratorsListCommand(deps),
    administratorsCreateCommand(deps),
    administratorsSetRoleCommand(deps),
    administratorsDisableCommand(deps),
    administratorsEnableCommand(deps),
  ]);
}
