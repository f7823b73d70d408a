import type { BulkActionAnswer, BulkActionDevice } from '@moorline/contracts/admin';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  newGroup,
  type OutputOptions,
  wholeNumber,
  withContextOptions,
  withOutput,
} from '../../command-line.ts';
import { printOne, printRows } from '../../output/print.ts';

const COLUMNS = ['id', 'action', 'requestedDateTime', 'requestedBy', 'deviceCount', 'progress'];
const DEVICE_COLUMNS = ['deviceName', 'state', 'reason', 'managedDeviceId', 'actionId'];

/** The counts that are not zero, in words. */
export function progressOf({ counts }: BulkActionAnswer): string {
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return told.map(([name, count]) => `${count} ${name}`).join(', ');
}

export function actionsBulkCommand(deps: CommandDeps): Command {
  const described = (name: string, summary: string, examples: readonly string[]): Command =>
    withOutput(withContextOptions(newCommand(name, summary, examples)));
  const row = (bulk: BulkActionAnswer): Readonly<Record<string, unknown>> => ({
    ...bulk,
    progress: progressOf(bulk),
  });

  const list = described('list', 'List bulk actions, newest first', ['actions bulk list'])
    .option('--top <n>', 'at most so many', wholeNumber(1, 100), 20)
    .action(async (flags: ContextOptions & OutputOptions & { readonly top: number }) => {
      const { client } = await connectionOf(flags, deps);
      const bulks = await client.bulkActions.list({ top: flags.top, signal: deps.signal });
      printRows(deps.terminal, flags.output, bulks.map(row), COLUMNS, 'There are no bulk actions.');
    });
  const show = described('show', 'Show a bulk action, and what came of each of its devices', [
    'actions bulk show 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10 -o csv',
  ])
    .argument('<id>', 'id of the bulk action')
    .action(async (id: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      const bulk = await client.bulkActions.get(id, deps);
      const devices: BulkActionDevice[] = [];
      for await (const device of client.bulkActions.iterateDevices(id, deps)) devices.push(device);
      if (flags.output === 'table') {
        printOne(deps.terminal, flags.output, row(bulk), COLUMNS);
        deps.terminal.write('\n');
      }
      printRows(deps.terminal, flags.output, devices, DEVICE_COLUMNS, 'It has no devices.');
    });
  const cancel = described('cancel', 'Cancel what of a bulk action has not ended', [
    'actions bulk cancel 0197a3c2-0d5e-7c11-9f6e-2b8f4f0e6a10',
  ])
    .argument('<id>', 'id of the bulk action')
    .action(async (id: string, flags: ContextOptions & OutputOptions) => {
      const { client } = await connectionOf(flags, deps);
      printOne(
        deps.terminal,
        flags.output,
        row(await client.bulkActions.cancel(id, deps)),
        COLUMNS,
      );
    });
  return newGroup('bulk', 'See actions that were asked of many devices at once', [
    list,
    show,
    cancel,
  ]);
}
