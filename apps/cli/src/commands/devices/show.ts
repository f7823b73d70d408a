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
import { findDevice } from './find-device.ts';

export function devicesShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show what is known of a device', [
        'devices show pc-17 --context site',
        'devices show 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10 -o json',
      ]),
    ),
  )
    .argument('<device>', 'name or id')
    .action(async (device: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      printOne(deps.terminal, flags.output, await findDevice(client, device, deps));
    });
}
