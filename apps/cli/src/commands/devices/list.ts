import type { DeviceField } from '@moorline/admin-client';
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
  wordList,
} from '../../command-line.ts';
import { printRows } from '../../output/print.ts';
import { deviceColumns, deviceOrder, LIST_COLUMNS } from './device-fields.ts';

interface ListFlags extends ContextOptions, OutputOptions {
  readonly filter?: string;
  readonly search?: string;
  readonly top?: number;
  readonly orderBy?: readonly string[];
  readonly columns?: readonly string[];
}

const TABLE_ROWS = 200;
const PAGE = 500;

export function devicesListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List devices', [
        'devices list --context tenant',
        'devices list --search pc-17',
        "devices list --filter \"operatingSystem eq 'Debian GNU/Linux'\" --order-by 'lastSyncDateTime desc'",
        'devices list --columns deviceName,serialNumber,online -o csv',
      ]),
    ),
  )
    .option('--filter <expression>', 'as OData’s $filter')
    .option('--search <text>', 'text to look for')
    .option(
      '--top <n>',
      `at most so many (default: ${TABLE_ROWS} in a table, else all)`,
      wholeNumber(1, 1_000_000),
    )
    .option('--order-by <columns>', 'columns to sort by, each with asc or desc', wordList)
    .option('--columns <columns>', 'columns to show, divided by commas', wordList)
    .action(async (flags: ListFlags) => {
      const columns = flags.columns ? deviceColumns(flags.columns) : undefined;
      const orderBy = flags.orderBy ? deviceOrder(flags.orderBy) : undefined;
      const { client } = await connectionOf(flags, deps);
      const most = flags.top ?? (flags.output === 'table' ? TABLE_ROWS : Number.POSITIVE_INFINITY);
      const rows: Partial<Record<DeviceField, unknown>>[] = [];
      let more = false;
      for await (const device of client.devices.iterate({
        filter: flags.filter,
        search: flags.search,
        orderBy,
        ...(columns ? { select: columns } : {}),
        top: Math.min(most + 1, PAGE),
        signal: deps.signal,
      })) {
        more = rows.length >= most;
        if (more) break;
        rows.push(columns ? pick(device, columns) : device);
      }
      printRows(deps.terminal, flags.output, rows, columns ?? LIST_COLUMNS, 'No device matches.');
      if (more && flags.output === 'table' && flags.top === undefined) {
        deps.terminal.note(
          `There are more than ${most}: narrow with --filter or --search, or ask with --top.\n`,
        );
      }
    });
}

function pick(
  device: Partial<Record<DeviceField, unknown>>,
  columns: readonly DeviceField[],
): Partial<Record<DeviceField, unknown>> {
  return Object.fromEntries(columns.map((column) => [column, device[column] ?? null]));
}
