import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  withContextOptions,
} from '../../command-line.ts';

export function actionsDownloadCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('download', 'Download the diagnostics that a device has sent', [
      'actions download 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10 --to pc-17.zip',
    ]),
  )
    .argument('<id>', 'id of the action')
    .option('--to <file>', 'where to; a file that is there stays (default: diagnostics-<id>.zip)')
    .action(async (id: string, flags: ContextOptions & { readonly to?: string }) => {
      const { client } = await connectionOf(flags, deps);
      const response = await client.actions.file(id, deps);
      const path = resolve(flags.to ?? `diagnostics-${id.replaceAll(/[^0-9a-z-]/gi, '')}.zip`);
      await using file = await open(path, 'wx', 0o600);
      let bytes = 0;
      for await (const chunk of response.body ?? []) {
        await file.write(chunk);
        bytes += chunk.length;
      }
      deps.terminal.write(`${path}  ${Math.ceil(bytes / 1024)} KiB\n`);
    });
}
