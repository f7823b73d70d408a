import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { actionsBulkCommand } from './bulk.ts';
import { actionsCancelCommand } from './cancel.ts';
import { actionsDownloadCommand } from './download.ts';
import { actionsListCommand } from './list.ts';
import { actionsShowCommand } from './show.ts';

export function actionsCommand(deps: CommandDeps): Command {
  return newGroup('actions', 'See what was asked of devices, and where it stands', [
    actionsListCommand(deps),
    actionsShowCommand(deps),
    actionsCancelCommand(deps),
    actionsDownloadCommand(deps),
    actionsBulkCommand(deps),
  ]);
}
