import type { Database } from '@moorline/db';
import type { AuthorityId, ConnectorId } from '@moorline/kernel';
import { UPLOAD_CATEGORIES, type UploadCategory, type UploadPermissions } from '@moorline/model';
import type { ConnectorStore } from './connector-store.ts';

/** `categories`: what a site uploads beside identities; null: all. */
export interface UploadFacts {
  readonly permissions: UploadPermissions;
  readonly categories: readonly UploadCategory[] | null;
}

/** Names of the connectors, at hand where there is no time to ask the database. */
export interface ConnectorDirectory {
  load(): Promise<void>;
  /** `upload`: what its site says of its upload settings; default: as before. */
  set(connectorId: ConnectorId, name: string, upload?: UploadFacts): void;
  nameOf(connectorId: ConnectorId): string;
  /** Whose permissions decide about the connector's devices, and what of them does not come here. */
  uploadOf(connectorId: ConnectorId): {
    readonly permissions: UploadPermissions;
    readonly notUploaded: readonly UploadCategory[];
  };
}

export function createConnectorDirectory(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
}): ConnectorDirectory {
  const names = new Map<string, string>();
  const uploads = new Map<string, ReturnType<ConnectorDirectory['uploadOf']>>();
  const keep = (id: string, { permissions, categories }: UploadFacts): void => {
    const notUploaded = UPLOAD_CATEGORIES.filter((one) => categories?.includes(one) === false);
    uploads.set(id, { permissions, notUploaded });
  };
  return {
    async load() {
      const rows = await deps.database.read(deps.authorityId, deps.connectors.list);
      for (const row of rows) {
        names.set(row.id, row.display_name);
        keep(row.id, { permissions: row.permissions, categories: row.upload_categories });
      }
    },
    set(connectorId, name, upload) {
      names.set(connectorId, name);
      if (upload) keep(connectorId, upload);
    },
    uploadOf: (connectorId) =>
      uploads.get(connectorId) ?? { permissions: 'siteAndTenant', notUploaded: [] },
    nameOf: (connectorId) => names.get(connectorId) ?? 'The site',
  };
}
