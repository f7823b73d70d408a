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
import { printOne, printRows } from '../../output/print.ts';
import { definitionOf, hasRules, type RuleFlags, withRules } from './definition.ts';
import { findCollection } from './find-collection.ts';
import { COLLECTION_COLUMNS } from './read.ts';

type Flags = ContextOptions & OutputOptions & RuleFlags;
type ChangeFlags = Flags & { readonly name?: string; readonly description?: string };

export function collectionsCreateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      withRules(
        newCommand('create', 'Make a collection of devices by rules', [
          `collections create "Low on disk" --query 'LogicalDisk | where FreeSpace * 10 < Size'`,
          'collections create Pilot --device pc-17,pc-18 --limit "All Desktop and Server Clients"',
        ]),
      ),
    ),
  )
    .argument('<name>', 'name of the collection')
    .option('--description <text>', 'what it is for')
    .action(async (displayName: string, flags: ChangeFlags) => {
      const { client } = await connectionOf(flags, deps);
      const definition = await definitionOf(client, flags, deps);
      const created = await client.collections.create(
        {
          displayName,
          ...(flags.description === undefined ? {} : { description: flags.description }),
          ...definition,
        },
        deps,
      );
      printOne(deps.terminal, flags.output, created, COLLECTION_COLUMNS);
    });
}

export function collectionsUpdateCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      withRules(
        newCommand('update', 'Change a collection; rules that are given replace all it has', [
          'collections update Pilot --name "Pilot ring"',
          `collections update Pilot --query 'OS | where Name has "Debian"'`,
        ]),
      ),
    ),
  )
    .argument('<collection>', 'name, identifier or id')
    .option('--name <name>', 'another name')
    .option('--description <text>', 'what it is for')
    .action(async (word: string, flags: ChangeFlags) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findCollection(client, word, deps);
      const definition = await definitionOf(client, flags, deps);
      const change = {
        ...(flags.name === undefined ? {} : { displayName: flags.name }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
        ...(flags.limit === undefined
          ? {}
          : { limitingCollectionId: definition.limitingCollectionId }),
        ...(hasRules(flags) ? { rules: definition.rules } : {}),
      };
      if (Object.keys(change).length === 0) {
        throw usageError('There is nothing to change; --help shows what may be given.');
      }
      const updated = await client.collections.update(id, change, deps);
      printOne(deps.terminal, flags.output, updated, COLLECTION_COLUMNS);
    });
}

export function collectionsDeleteCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('delete', 'Delete a collection; its devices stay', ['collections delete Pilot']),
  )
    .argument('<collection>', 'name, identifier or id')
    .action(async (word: string, flags: ContextOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findCollection(client, word, deps);
      await client.collections.delete(id, deps);
      deps.terminal.note('Deleted.\n');
    });
}

export function collectionsPreviewCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      withRules(
        newCommand('preview', 'Show who would be a member, before anything is saved', [
          `collections preview --query 'OS | where LastBootUpTime < ago(30d)'`,
          `collections preview --of Pilot --query 'OS | where Name has "Debian"'`,
        ]),
      ),
    ),
  )
    .option('--of <collection>', 'who would enter and leave this collection')
    .action(async (flags: Flags & { readonly of?: string }) => {
      const { client } = await connectionOf(flags, deps);
      const definition = await definitionOf(client, flags, deps);
      const columns = ['deviceName', 'id'];
      if (flags.of === undefined) {
        const { count, devices } = await client.collections.preview(definition, deps);
        deps.terminal.note(`${count} devices would be members.\n`);
        printRows(deps.terminal, flags.output, devices, columns, 'No device would be a member.');
        return;
      }
      const { id } = await findCollection(client, flags.of, deps);
      const { entering, leaving } = await client.collections.whatIf(id, definition, deps);
      deps.terminal.note(`${entering.count} would enter, ${leaving.count} would leave.\n`);
      const rows = [
        ...entering.devices.map((device) => ({ change: 'enters', ...device })),
        ...leaving.devices.map((device) => ({ change: 'leaves', ...device })),
      ];
      const shown = ['change', ...columns];
      printRows(deps.terminal, flags.output, rows, shown, 'No device would enter or leave.');
    });
}
