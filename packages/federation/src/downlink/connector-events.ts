import type { ConnectorEvent } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import { type Clock, type Entropy, uuidv7 } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { DownlinkTables } from './tables.ts';

export const EVENTS_KEPT = 100;
const LONGEST_MESSAGE = 1000;

export type ConnectorEventKind = ConnectorEvent['kind'];

/** What happened to a connector: the last hundred of it, kept with the connector. */
export interface ConnectorEvents {
  /** In the transaction of the deed. Removes what is older than the last hundred. */
  note(
    tx: Transaction,
    connectorId: string,
    event: Pick<ConnectorEvent, 'kind' | 'severity' | 'message'>,
  ): Promise<void>;
  /** Newest first. */
  list(tx: Transaction, connectorId: string): Promise<readonly ConnectorEvent[]>;
}

export function createConnectorEvents(deps: {
  readonly clock: Clock;
  readonly entropy: Entropy;
}): ConnectorEvents {
  const { clock, entropy } = deps;
  return {
    async note(tx, connectorId, { kind, severity, message }) {
      await sqlOf<DownlinkTables>(tx)
        .insertInto('connector_events')
        .values({
          authority_id: tx.authorityId,
          connector_id: connectorId,
          id: uuidv7(clock, entropy),
          kind,
          severity,
          message: message.slice(0, LONGEST_MESSAGE),
          at: new Date(clock.now()),
        })
        .execute();
      await sql`delete from connector_events
        where authority_id = ${tx.authorityId} and connector_id = ${connectorId}
          and id < (select id from connector_events
            where authority_id = ${tx.authorityId} and connector_id = ${connectorId}
            order by id desc offset ${EVENTS_KEPT - 1} limit 1)`.execute(sqlOf(tx));
    },
    async list(tx, connectorId) {
      const rows = await sqlOf<DownlinkTables>(tx)
        .selectFrom('connector_events')
        .selectAll()
        .where('authority_id', '=', tx.authorityId)
        .where('connector_id', '=', connectorId)
        .orderBy('id', 'desc')
        .limit(EVENTS_KEPT)
        .execute();
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        severity: row.severity,
        message: row.message,
        eventDateTime: row.at.toISOString(),
      }));
    },
  };
}
