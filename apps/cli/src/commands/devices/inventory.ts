import type { AdminClient } from '@moorline/admin-client';
import type { InventoryDifferenceAnswer } from '@moorline/contracts/admin';
import { INVENTORY_CLASSES, type InventoryClass } from '@moorline/model';
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
import { usageError } from '../../errors.ts';
import { printRows } from '../../output/print.ts';
import { oneOf } from '../../suggest.ts';
import { findDevice } from './find-device.ts';

const PAGE = 1000;
const CHANGES_PAGE = 200;

interface Flags extends ContextOptions, OutputOptions {
  readonly at?: string;
  readonly diff?: readonly string[];
  readonly refresh?: boolean;
}

export function devicesInventoryCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('inventory', 'Show the inventory of a device, or one class of it', [
        'devices inventory pc-17',
        'devices inventory pc-17 InstalledSoftware -o csv',
        'devices inventory pc-17 Connection --refresh',
        'devices inventory pc-17 InstalledSoftware --at 2026-11-01',
        'devices inventory pc-17 InstalledSoftware --diff 2026-11-01 2026-11-20',
      ]),
    ),
  )
    .argument('<device>', 'name or id')
    .argument('[class]', 'inventory class; without it: which there are')
    .option('--at <day>', 'as it was at the end of that day (YYYY-MM-DD, UTC), of the last 90')
    .option('--diff <day...>', 'what changed from one day to another, or from one day until now')
    .option('--refresh', 'ask the device itself first')
    .action(async (nameOrId: string, className: string | undefined, flags: Flags) => {
      const wanted = className === undefined ? undefined : classOf(className);
      checkFlags(wanted, flags);
      const { client } = await connectionOf(flags, deps);
      const { id } = await findDevice(client, nameOrId, deps);
      const print = (
        rows: readonly Readonly<Record<string, unknown>>[],
        columns: readonly string[],
        empty: string,
      ): void => printRows(deps.terminal, flags.output, rows, columns, empty);
      if (!wanted) {
        const classes = await client.devices.inventory(id, deps);
        const columns = ['className', 'rowCount', 'collectedAt', 'receivedAt'];
        print(classes, columns, 'No inventory has arrived yet.');
        return;
      }
      if (flags.refresh) await client.devices.refreshInventory(id, wanted.name, deps);
      const [from, to] = flags.diff ?? [];
      if (from !== undefined) {
        const changes = await allChanges(client, id, wanted.name, { from, to }, deps.signal);
        const none = `Nothing of ${wanted.name} differs.`;
        if (flags.output === 'json') print(changes, [], none);
        else
          print(
            changes.flatMap((each) => linesOf(wanted, each)),
            CHANGE_COLUMNS,
            none,
          );
        return;
      }
      const rows = await allRows(client, id, wanted.name, flags.at, deps.signal);
      const columns = wanted.columns.map(({ name }) => name);
      print(rows, columns, `${wanted.name} has no rows.`);
    });
}

function checkFlags(wanted: InventoryClass | undefined, flags: Flags): void {
  const isOfClass = flags.at !== undefined || flags.diff !== undefined || flags.refresh === true;
  if (!wanted && isOfClass) {
    throw usageError('Name the class that --at, --diff or --refresh is about.');
  }
  if (flags.at !== undefined && (flags.diff !== undefined || flags.refresh)) {
    throw usageError('Give either --at or one of --diff and --refresh.');
  }
  if ((flags.diff?.length ?? 0) > 2) {
    throw usageError('--diff takes one day, or two.');
  }
}

function classOf(word: string): InventoryClass {
  const name = oneOf(
    'inventory class',
    word,
    INVENTORY_CLASSES.map((one) => one.name),
  );
  const found = INVENTORY_CLASSES.find((one) => one.name === name);
  if (!found) throw new Error(`unreachable: ${name} was one of the classes`);
  return found;
}

async function allRows(
  client: AdminClient,
  id: string,
  className: string,
  day: string | undefined,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (;;) {
    const page = await client.devices.inventoryDocument(id, className, {
      skip: rows.length,
      top: PAGE,
      day,
      signal,
    });
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= page.rowCount) return rows;
  }
}

type Change = InventoryDifferenceAnswer['changes'][number];

async function allChanges(
  client: AdminClient,
  id: string,
  className: string,
  days: { readonly from: string; readonly to: string | undefined },
  signal: AbortSignal,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (;;) {
    const options = { ...days, skip: changes.length, top: CHANGES_PAGE, signal };
    const page = await client.devices.inventoryDifference(id, className, options);
    changes.push(...page.changes);
    const total = page.added + page.removed + page.changed;
    if (page.changes.length === 0 || changes.length >= total) return changes;
  }
}

const CHANGE_COLUMNS = ['change', 'row', 'column', 'before', 'after'];

/** A line for each column of a changed row, one for a row that came or went. */
function linesOf(
  { key }: InventoryClass,
  { kind, columns, before, after }: Change,
): readonly Readonly<Record<string, unknown>>[] {
  const row = key.map((name) => (after ?? before)?.[name] ?? '').join(' ');
  if (kind !== 'changed') return [{ change: kind, row }];
  return columns.map((column) => ({
    change: kind,
    row,
    column,
    before: before?.[column],
    after: after?.[column],
  }));
}
