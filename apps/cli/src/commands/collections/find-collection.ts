import type { AdminClient } from '@moorline/admin-client';
import type { ConfigManagerCollection } from '@moorline/contracts/admin';
import { usageError } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';

/** The collection of that id, short identifier or name. @throws `cli.usage` with the nearest name */
export async function findCollection(
  client: AdminClient,
  word: string,
  options: { signal?: AbortSignal } = {},
): Promise<ConfigManagerCollection> {
  const lower = word.toLowerCase();
  const names: string[] = [];
  for await (const one of client.collections.iterate({ ...options, top: 1000 })) {
    const known = [one.id, one.collectionIdentifier, one.displayName];
    if (known.some((name) => name.toLowerCase() === lower)) return one;
    names.push(one.displayName);
  }
  throw usageError(
    `There is no collection "${word}".${didYouMean(word, names)} \`moorline collections list\` shows them all.`,
  );
}
