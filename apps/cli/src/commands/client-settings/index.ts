import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { clientSettingsSetCommand } from './set.ts';
import { clientSettingsShowCommand } from './show.ts';

export function clientSettingsCommand(deps: CommandDeps): Command {
  return newGroup('client-settings', 'See and change how often agents do what', [
    clientSettingsShowCommand(deps),
    clientSettingsSetCommand(deps),
  ]);
}
