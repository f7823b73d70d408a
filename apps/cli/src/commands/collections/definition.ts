import type { AdminClient } from '@moorline/admin-client';
import type { CollectionDefinition, CollectionRule } from '@moorline/contracts/admin';
import type { Command } from 'commander';
import { wordList } from '../../command-line.ts';
import { findDevice } from '../devices/find-device.ts';
import { findCollection } from './find-collection.ts';

/** Rules as options give them; absent: none were given. */
export interface RuleFlags {
  readonly limit?: string;
  readonly query?: readonly string[];
  readonly device?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

const each = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function withRules(command: Command): Command {
  return command
    .option('--limit <collection>', 'only devices of this collection (default: All Systems)')
    .option('--query <kusto>', 'devices that a query finds; may be given again', each)
    .option('--device <names>', 'these devices, by name or id', wordList)
    .option('--include <collection>', 'members of another collection; may be given again', each)
    .option('--exclude <collection>', 'but none of another collection; may be given again', each);
}

/** Whether any rule was given. */
export function hasRules(flags: RuleFlags): boolean {
  return [flags.query, flags.device, flags.include, flags.exclude].some((given) => given?.length);
}

/** The definition that the options describe. @throws `cli.usage` */
export async function definitionOf(
  client: AdminClient,
  flags: RuleFlags,
  options: { signal?: AbortSignal },
): Promise<CollectionDefinition> {
  const rules: CollectionRule[] = [];
  for (const query of flags.query ?? []) rules.push({ kind: 'query', name: 'Query', query });
  const deviceIds: string[] = [];
  for (const name of flags.device ?? [])
    deviceIds.push((await findDevice(client, name, options)).id);
  if (deviceIds.length > 0) rules.push({ kind: 'direct', name: 'Devices', deviceIds });
  for (const kind of ['include', 'exclude'] as const) {
    for (const word of flags[kind] ?? []) {
      const { id, displayName } = await findCollection(client, word, options);
      rules.push({ kind, name: displayName, collectionId: id });
    }
  }
  const limit = await findCollection(client, flags.limit ?? 'All Systems', options);
  return { limitingCollectionId: limit.id, rules };
}
