import { sqlOf } from '@moorline/db';
import type { AuthorityId, ConnectorId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { ConnectorHealthRow, ConnectorRow, DownlinkTables, KnownConnector } from './tables.ts';

/** The connectors of one authority in PostgreSQL; every call takes the caller's transaction. */
export interface ConnectorStore {
  list(tx: Transaction): Promise<readonly KnownConnector[]>;
  /** `lock`: no other transaction moves it before this one ends. */
  find(
    tx: Transaction,
    id: string,
    options?: { readonly lock?: boolean },
  ): Promise<KnownConnector | undefined>;
  /** Locks it. */
  findBySite(tx: Transaction, siteId: string): Promise<ConnectorRow | undefined>;
  insert(tx: Transaction, row: Omit<ConnectorRow, 'authority_id'>): Promise<void>;
  update(
    tx: Transaction,
    id: ConnectorId,
    change: Partial<Omit<ConnectorRow, 'authority_id' | 'id'>>,
  ): Promise<void>;
  /** Beside the connector's row: whoever holds that, such as a batch that is long in coming, holds up no judgement. */
  noteHealth(
    tx: Transaction,
    id: string,
    health: Omit<ConnectorHealthRow, 'authority_id' | 'connector_id'>,
  ): Promise<void>;
}

export function createConnectorStore(authorityId: AuthorityId): ConnectorStore {
  const known = (tx: Transaction) =>
    sqlOf<DownlinkTables>(tx)
      .selectFrom('connectors')
      .leftJoin('connector_health', (join) =>
        join
          .onRef('connector_health.authority_id', '=', 'connectors.authority_id')
          .onRef('connector_health.connector_id', '=', 'connectors.id'),
      )
      .selectAll('connectors')
      .select(['connector_health.last_probe_at', 'connector_health.last_status'])
      .where('connectors.authority_id', '=', authorityId);

  return {
    list: (tx) => known(tx).orderBy('connectors.display_name').orderBy('connectors.id').execute(),
    find(tx, id, options = {}) {
      const query = known(tx).where('connectors.id', '=', id);
      return (options.lock ? query.forUpdate('connectors') : query).executeTakeFirst();
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
    async noteHealth(tx, id, health) {
      await sqlOf<DownlinkTables>(tx)
        .insertInto('connector_health')
        .values({ authority_id: authorityId, connector_id: id, ...health })
        .onConflict((conflict) =>
          conflict.columns(['authority_id', 'connector_id']).doUpdateSet(health),
        )
        .execute();
    },
  };
}
