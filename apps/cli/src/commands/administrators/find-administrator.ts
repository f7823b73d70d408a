import type { AdminClient } from '@moorline/admin-client';
import type { Administrator } from '@moorline/contracts/admin';
import { usageError } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';

/** The administrator of that user name or id. @throws `cli.usage` with the nearest name */
export async function findAdministrator(
  client: AdminClient,
  word: string,
  options: { signal: AbortSignal },
): Promise<Administrator> {
  const all = await client.administrators.list(options);
  const lower = word.toLowerCase();
  const found =
    all.find(({ id, userName }) => id === lower || userName === word) ??
    all.find(({ userName }) => userName.toLowerCase() === lower);
  if (found) return found;
  const names = all.map(({ userName }) => userName);
  throw usageError(`There is no administrator "${word}".${didYouMean(word, names)}`);
}
