import type { AdminClient } from '@moorline/admin-client';
import type { RoleScopeTag } from '@moorline/contracts/admin';
import type { Command } from 'commander';
import {
  type CommandDeps,
  type ContextOptions,
  connectionOf,
  newCommand,
  newGroup,
  type OutputOptions,
  withContextOptions,
  withOutput,
  wordList,
} from '../../command-line.ts';
import { printOne, printRows } from '../../output/print.ts';
import { find, findScopeTag } from './find.ts';

interface Flags extends ContextOptions, OutputOptions {
  readonly connectors?: readonly string[];
}

export function scopeTagsCommand(deps: CommandDeps): Command {
  return newGroup('scope-tags', 'Marks on connectors that role assignments are limited by', [
    listCommand(deps),
    createCommand(deps),
    setCommand(deps),
    deleteCommand(deps),
  ]);
}

function listCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(newCommand('list', 'List scope tags', ['scope-tags list --context tenant'])),
  ).action(async (flags: Flags) => {
    const { client } = await connectionOf(flags, deps);
    const rows = (await client.roles.scopeTags.list(deps)).map(tagRow);
    const columns = ['displayName', 'connectorIds', 'id'];
    printRows(deps.terminal, flags.output, rows, columns, 'There are no scope tags.');
  });
}

function createCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('create', 'Make a scope tag, and give it to connectors', [
        'scope-tags create Branches --connectors HQ1,HQ2 --context tenant',
      ]),
    ),
  )
    .argument('<name>')
    .option('--connectors <names>', 'comma-separated names or ids', (text) => wordList(text))
    .action(async (name: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const connectorIds = await idsOf(client, flags.connectors ?? [], deps);
      const made = await client.roles.scopeTags.create({ displayName: name, connectorIds }, deps);
      printOne(deps.terminal, flags.output, tagRow(made));
    });
}

function setCommand(deps: CommandDeps): Command {
  return withOutput(
    withContextOptions(
      newCommand('set', 'Say which connectors carry a scope tag', [
        'scope-tags set Branches --connectors HQ1 --context tenant',
      ]),
    ),
  )
    .argument('<tag>', 'name or id')
    .requiredOption('--connectors <names>', 'these and no others', (text) => wordList(text))
    .action(async (word: string, flags: Flags) => {
      const { client } = await connectionOf(flags, deps);
      const { id } = await findScopeTag(client, word, deps);
      const connectorIds = await idsOf(client, flags.connectors ?? [], deps);
      const changed = await client.roles.scopeTags.update(id, { connectorIds }, deps);
      printOne(deps.terminal, flags.output, tagRow(changed));
    });
}

function deleteCommand(deps: CommandDeps): Command {
  return withContextOptions(
    newCommand('delete', 'Delete a scope tag that limits nothing', ['scope-tags delete Branches']),
  )
    .argument('<tag>', 'name or id')
    .action(async (word: string, flags: ContextOptions) => {
      const { client } = await connectionOf(flags, deps);
      const { id, displayName } = await findScopeTag(client, word, deps);
      await client.roles.scopeTags.delete(id, deps);
      deps.terminal.note(`${displayName} is deleted.\n`);
    });
}

async function idsOf(
  client: AdminClient,
  words: readonly string[],
  options: { signal: AbortSignal },
): Promise<string[]> {
  const connectors = await client.connectors.list(options);
  return words.map((word) => find('connector', word, connectors).id);
}

function tagRow({ id, displayName, description, connectorIds }: RoleScopeTag) {
  return { id, displayName, description, connectorIds: connectorIds.join(', ') };
}
