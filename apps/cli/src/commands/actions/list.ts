import { compare } from '@moorline/admin-client';
import type { ActionAnswer } from '@moorline/contracts/admin';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  type OutputOptions,
  wholeNumber,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printRows } from '../../output/print.ts';
import { findDevice } from '../devices/find-device.ts';
import { ACTION_COLUMNS } from './action-columns.ts';

interface ListFlags extends ContextOptions, OutputOptions {
  readonly device?: string;
  readonly top: number;
}

const PAGE = 200;

export function actionsListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List actions, newest first', [
        'actions list --context tenant',
        'actions list --device pc-17 -o json',
      ]),
    ),
  )
    .option('--device <device>', 'only those of this device (name or id)')
    .option('--top <n>', 'at most so many', wholeNumber(1, 100_000), 50)
    .action(async (flags: ListFlags) => {
      const { client } = await connectionOf(flags, deps);
      const device = flags.device ? await findDevice(client, flags.device, deps) : undefined;
      const actions: ActionAnswer[] = [];
      for await (const action of client.actions.iterate({
        filter: device && compare('managedDeviceId', 'eq', device.id),
        top: Math.min(flags.top, PAGE),
        signal: deps.signal,
      })) {
        actions.push(action);
        if (actions.length >= flags.top) break;
      }
      printRows(deps.terminal, flags.output, actions, ACTION_COLUMNS, 'There are no actions.');
    });
}
