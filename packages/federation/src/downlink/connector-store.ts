import { sqlOf } from '@moorline/db';
import type { AuthorityId, ConnectorId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { ConnectorRow, DownlinkTables } from './tables.ts';

/** The connectors of one authority in PostgreSQL; every call takes the caller's transaction. */
export interface ConnectorStore {
  list(tx: Transaction): Promise<readonly ConnectorRow[]>;
  /** `lock`: no other transaction moves it before this one ends. */
  find(
    tx: Transaction,
    id: string,
    options?: { readonly lock?: boolean },
  ): Promise<ConnectorRow | undefined>;
  /** Locks it. */
  findBySite(tx: Transaction, siteId: string): Promise<ConnectorRow | undefined>;
  insert(tx: Transaction, row: Omit<ConnectorRow, 'authority_id'>): Promise<void>;
  update(
    tx: Transaction,
    id: ConnectorId,
    change: Partial<Omit<ConnectorRow, 'authority_id' | 'id'>>,
  ): Promise<void>;
}

export function createConnectorStore(authorityId: AuthorityId): ConnectorStore {
  return {
    list: (tx) =>
      sqlOf<DownlinkTables>(tx)
        .selectFrom('connectors')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .orderBy('display_name')
        .orderBy('id')
        .execute(),
    find(tx, id, options = {}) {
      const query = sqlOf<DownlinkTables>(tx)
        .selectFrom('connectors')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .where('id', '=', id);
      return (options.lock ? query.forUpdate() : query).executeTakeFirst();
    },
    findBySite: (tx, siteId) =>
      sqlOf<DownlinkTables>(tx)
        .selectFrom('connectors')
        .selectAll()
        .where('authority_id', '=', authorityId)
        .where('site_id', '=', siteId)
        .forUpdate()
        .executeTakeFirst(),
    async insert(tx, row) {
      await sqlOf<DownlinkTables>(tx)
        .insertInto('connectors')
        .values({ authority_id: authorityId, ...row })
        .execute();
    },
    async update(tx, id, change) {
      await sqlOf<DownlinkTables>(tx)
        .updateTable('connectors')
        .set(change)
        .where('authority_id', '=', authorityId)
        .where('id', '=', id)
        .execute();
    },
  };
}
