import type { Connector } from '@moorline/contracts/admin';
import { UPLINK_CLOSE } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import { type AuthorityId, type Clock, type ConnectorId, isUuid } from '@moorline/kernel';
import { type Actor, actorName } from '@moorline/model';
import type { RecordAudit } from '../ports.ts';
import type { ConnectorAdministration } from './admin-routes.ts';
import { connectorStatus } from './connector-status.ts';
import type { ConnectorStore } from './connector-store.ts';
import { downlinkErrors } from './errors.ts';
import type { UplinkSessions } from './sessions.ts';
import type { ConnectorRow } from './tables.ts';

export function createConnectorAdministration(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly sessions: UplinkSessions;
  readonly clock: Clock;
  readonly audit: RecordAudit;
  /** Devices per connector that has any. */
  readonly deviceCounts: () => Promise<ReadonlyMap<ConnectorId, number>>;
  readonly onChanged: (connectorId: ConnectorId) => void;
}): ConnectorAdministration {
  const { authorityId, database, connectors, sessions, clock } = deps;

  const present = (row: ConnectorRow, counts: ReadonlyMap<string, number>): Connector => {
    // The id of a row of the table is a connector's.
    const uplink = sessions.get(row.id as ConnectorId)?.facts ?? null;
    return {
      id: row.id,
      siteId: row.site_id,
      displayName: row.display_name,
      ...connectorStatus(row, uplink, clock.now()),
      online: uplink !== null,
      connectedDateTime: uplink ? new Date(uplink.connectedAt).toISOString() : null,
      lastSyncDateTime: row.last_sync_at?.toISOString() ?? null,
      deviceCount: counts.get(row.id) ?? 0,
      siteVersion: row.site_version,
      protocolVersion: row.protocol,
      attachedDateTime: row.attached_at.toISOString(),
      attachedBy: row.attached_by,
      certificateExpirationDateTime: row.certificate_ends_at.toISOString(),
    };
  };

  return {
    async list() {
      const rows = await database.read(authorityId, connectors.list);
      const counts = await deps.deviceCounts();
      return rows.map((row) => present(row, counts));
    },

    async get(id) {
      const row = isUuid(id)
        ? await database.read(authorityId, (tx) => connectors.find(tx, id))
        : undefined;
      if (!row) throw downlinkErrors.connectorNotFound({ connectorId: id });
      return present(row, await deps.deviceCounts());
    },

    async revoke(actor: Actor, id) {
      if (!isUuid(id)) throw downlinkErrors.connectorNotFound({ connectorId: id });
      const connectorId = id as ConnectorId; // the row below has it
      await database.transaction(authorityId, async (tx) => {
        const row = await connectors.find(tx, id, { lock: true });
        if (!row) throw downlinkErrors.connectorNotFound({ connectorId: id });
        if (row.revoked_at) return;
        await connectors.update(tx, connectorId, {
          revoked_at: new Date(clock.now()),
          next_serial: null,
          next_ends_at: null,
        });
        await deps.audit(tx, {
          activity: 'connectors.revoke',
          actor: actorName(actor),
          target: id,
          result: 'success',
          details: { siteName: row.display_name, certificateSerial: row.certificate_serial },
          at: clock.now(),
        });
      });
      sessions.end(connectorId, UPLINK_CLOSE.revoked, 'The connector was revoked.');
      deps.onChanged(connectorId);
    },
  };
}
