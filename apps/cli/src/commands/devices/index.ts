import type { Command } from 'commander';
import { type CommandDeps, newGroup } from '../../command-line.ts';
import { devicesActionCommand } from './action.ts';
import { devicesInventoryCommand } from './inventory.ts';
import { devicesListCommand } from './list.ts';
import { devicesShowCommand } from './show.ts';

export { findDevice } from './find-device.ts';

export function devicesCommand(deps: CommandDeps): Command {
  return newGroup('devices', 'See devices and act on them', [
    devicesListCommand(deps),
    devicesShowCommand(deps),
    devicesActionCommand(deps),
    devicesInventoryCommand(deps),
  ]);
}
