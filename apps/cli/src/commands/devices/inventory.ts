import type { AdminClient } from '@moorline/admin-client';
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
import { printRows } from '../../output/print.ts';
import { oneOf } from '../../suggest.ts';
import { findDevice } from './find-device.ts';

const PAGE = 1000;

export function devicesInventoryCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('inventory', 'Show the inventory of a device, or one class of it', [
        'devices inventory pc-17',
        'devices inventory pc-17 InstalledSoftware -o csv',
      ]),
    ),
  )
    .argument('<device>', 'name or id')
    .argument('[class]', 'inventory class; without it: which there are')
    .action(
      async (
        nameOrId: string,
        className: string | undefined,
        flags: ContextOptions & OutputOptions,
      ) => {
        const wanted = className === undefined ? undefined : classOf(className);
        const { client } = await connectionOf(flags, deps);
        const { id } = await findDevice(client, nameOrId, deps);
        if (!wanted) {
          const classes = await client.devices.inventory(id, deps);
          const columns = ['className', 'rowCount', 'collectedAt', 'receivedAt'];
          printRows(deps.terminal, flags.output, classes, columns, 'No inventory has arrived yet.');
          return;
        }
        const rows = await allRows(client, id, wanted.name, deps.signal);
        const columns = wanted.columns.map(({ name }) => name);
        printRows(deps.terminal, flags.output, rows, columns, `${wanted.name} has no rows.`);
      },
    );
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
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (;;) {
    const page = await client.devices.inventoryDocument(id, className, {
      skip: rows.length,
      top: PAGE,
      signal,
    });
    rows.push(...page.rows);
    if (page.rows.length === 0 || rows.length >= page.rowCount) return rows;
  }
}
