import type { AdminClient } from '@moorline/admin-client';
import type { Connector } from '@moorline/contracts/admin';
import type { CommandDeps } from '../../command-line.ts';
import { usageError } from '../../errors.ts';
import { didYouMean } from '../../suggest.ts';

/** The connector of this name or id. Throws a usage error when there is none, or more than one. */
export async function findConnector(
  client: AdminClient,
  word: string,
  deps: CommandDeps,
): Promise<Connector> {
  const connectors = await client.connectors.list(deps);
  const lower = word.toLowerCase();
  const found = connectors.filter(
    ({ id, displayName }) => id === lower || displayName.toLowerCase() === lower,
  );
  const [connector, other] = found;
  if (!connector) {
    const names = connectors.map(({ displayName }) => displayName);
    throw usageError(`There is no connector "${word}".${didYouMean(word, names)}`);
  }
  if (other) {
    const ids = found.map(({ id }) => id).join(', ');
    throw usageError(`More than one connector is called "${word}"; use its id: ${ids}.`);
  }
  return connector;
}
