import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { contextAddCommand } from './add.ts';
import { contextListCommand } from './list.ts';
import { contextUseCommand } from './use.ts';

export function contextCommand(deps: CommandDeps): Command {
  return newGroup('context', 'The hosts that this command line speaks to', [
    contextListCommand(deps),
    contextUseCommand(deps),
    contextAddCommand(deps),
  ]);
}
