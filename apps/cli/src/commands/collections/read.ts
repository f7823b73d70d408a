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
import { printOne, printRows } from '../../output/print.ts';
import { findDevice } from '../devices/find-device.ts';
import { findCollection } from './find-collection.ts';

type Flags = ContextOptions & OutputOptions;

const LIST_COLUMNS = ['collectionIdentifier', 'displayName', 'memberCount', 'isBuiltIn', 'id'];
export const COLLECTION_COLUMNS: readonly string[] = [
  'id',
  'collectionIdentifier',
  'displayName',
  'description',
  'memberCount',
  'isBuiltIn',
  'limitingCollectionId',
  'rules',
  'lastModifiedDateTime',
  'lastCheckDateTime',
];

export function collectionsListCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('list', 'List collections', ['collections list', 'collections list -o csv']),
    ),
  ).action(async (flags: Flags) => {
    const { client } = await connectionOf(flags, deps);
    const found = await all(client.collections.iterate({ top: 1000, signal: deps.signal }));
    printRows(deps.terminal, flags.output, found, LIST_COLUMNS, 'There are no collections.');
  });
}

export function collectionsShowCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('show', 'Show a collection and its rules', ['collections show "All Systems"']),
    ),
  )
    .argument('<collection>', 'name, identifier or id')
    .action(async (word: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const collection = await findCollection(client, word, deps);
      printOne(deps.terminal, flags.output, collection, COLLECTION_COLUMNS);
    });
}

export function collectionsMembersCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('members', 'List the devices in a collection', [
        'collections members "Low on disk"',
        'collections members SMS00001 -o csv',
      ]),
    ),
  )
    .argument('<collection>', 'name, identifier or id')
    .action(async (word: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findCollection(client, word, deps);
      const members = await all(client.collections.members(id, { signal: deps.signal }));
      const columns = ['deviceName', 'id'];
      printRows(deps.terminal, flags.output, members, columns, 'The collection has no members.');
    });
}

export function collectionsWhyCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('why', 'Say why a device is a member, or is not', [
        'collections why "Low on disk" pc-17',
      ]),
    ),
  )
    .argument('<collection>', 'name, identifier or id')
    .argument('<device>', 'name or id')
    .action(async (word: string, device: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findCollection(client, word, deps);
      const why = await client.collections.why(
        id,
        (await findDevice(client, device, deps)).id,
        deps,
      );
      if (flags.output === 'table') {
        deps.terminal.write(`${why.reason}\n`);
        const columns = ['kind', 'name', 'applies', 'className', 'rows'];
        printRows(deps.terminal, 'table', why.rules, columns, 'The collection has no rules.');
      } else printOne(deps.terminal, flags.output, why);
    });
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
