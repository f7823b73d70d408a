import type { AdminClient } from '@moorline/admin-client';
import type { RoleAssignment, RoleDefinition, RoleScopeTag } from '@moorline/contracts/admin';
import { usageError } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';

interface Named {
  readonly id: string;
  readonly displayName: string;
}

/** @throws `cli.usage` with the nearest name */
export async function findRole(
  client: AdminClient,
  word: string,
  options: { signal: AbortSignal },
): Promise<RoleDefinition> {
  return find('role', word, await client.roles.definitions.list(options));
}

/** @throws `cli.usage` with the nearest name */
export async function findAssignment(
  client: AdminClient,
  word: string,
  options: { signal: AbortSignal },
): Promise<RoleAssignment> {
  return find('role assignment', word, await client.roles.assignments.list(options));
}

/** @throws `cli.usage` with the nearest name */
export async function findScopeTag(
  client: AdminClient,
  word: string,
  options: { signal: AbortSignal },
): Promise<RoleScopeTag> {
  return find('scope tag', word, await client.roles.scopeTags.list(options));
}

/** The one of that name, in whatever case, or of that id; a name that several have is none. @throws `cli.usage` */
export function find<T extends Named>(what: string, word: string, all: readonly T[]): T {
  const lower = word.toLowerCase();
  const byId = all.find(({ id }) => id === lower);
  if (byId) return byId;
  const named = all.filter(({ displayName }) => displayName.toLowerCase() === lower);
  const [found] = named;
  if (found && named.length === 1) return found;
  if (found) {
    const ids = named.map(({ id }) => id).join(', ');
    throw usageError(`There are several named "${word}". Give the id of one: ${ids}.`);
  }
  const names = all.map(({ displayName }) => displayName);
  throw usageError(`There is no ${what} "${word}".${didYouMean(word, names)}`);
}
