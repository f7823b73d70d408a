import type { Database } from '@moorline/db';
import type { AuthorityId, ConnectorId } from '@moorline/kernel';
import type { ConnectorStore } from './connector-store.ts';

/** Names of the connectors, at hand where there is no time to ask the database. */
export interface ConnectorDirectory {
  load(): Promise<void>;
  set(connectorId: ConnectorId, name: string): void;
  nameOf(connectorId: ConnectorId): string;
}

export function createConnectorDirectory(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
}): ConnectorDirectory {
  const names = new Map<string, string>();
  return {
    async load() {
      const rows = await deps.database.read(deps.authorityId, deps.connectors.list);
      for (const row of rows) names.set(row.id, row.display_name);
    },
    set: (connectorId, name) => {
      names.set(connectorId, name);
    },
    nameOf: (connectorId) => names.get(connectorId) ?? 'The site',
  };
}
