import type { Database } from '@moorline/db';
import { type AuthorityId, type ConnectorId, isUuid } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { ConnectorStore } from './connector-store.ts';
import { downlinkErrors } from './errors.ts';
import type { ConnectorRow } from './tables.ts';

/** A client certificate whose chain to this authority's CA the TLS layer has verified. */
export interface PeerIdentity {
  /** Lower-case hex. */
  readonly serial: string;
  /** Its subjectAltName URI. */
  readonly uri: string;
}

export interface ConnectorPeers {
  /**
   * The connector that a verified certificate belongs to. The first use of a renewed certificate ends the one
   * before it.
   * @throws `uplink.certificate_foreign`, `uplink.connector_unknown`, `uplink.connector_revoked`,
   *   `uplink.certificate_revoked`
   */
  authenticate(peer: PeerIdentity): Promise<ConnectorRow & { readonly id: ConnectorId }>;
}

const CONNECTOR_URI = /^urn:moorline:connector:(.+)$/;

export function createConnectorPeers(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
}): ConnectorPeers {
  const { authorityId, database, connectors } = deps;

  /** Looked at again under the lock: a new attachment or a revocation may have come in between. */
  const promote = async (tx: Transaction, id: ConnectorId, serial: string): Promise<void> => {
    const row = await connectors.find(tx, id, { lock: true });
    if (!row) throw downlinkErrors.connectorUnknown({ connectorId: id });
    const { display_name: name } = row;
    if (row.revoked_at) throw downlinkErrors.connectorRevoked({ name });
    // Another request with it was first.
    if (row.certificate_serial === serial) return;
    if (row.next_serial !== serial) throw downlinkErrors.certificateRevoked({ name });
    await connectors.update(tx, id, {
      certificate_serial: serial,
      certificate_ends_at: row.next_ends_at ?? row.certificate_ends_at,
      next_serial: null,
      next_ends_at: null,
    });
  };

  return {
    async authenticate(peer) {
      const id = CONNECTOR_URI.exec(peer.uri)?.[1];
      if (!isUuid(id)) throw downlinkErrors.certificateForeign();
      const row = await database.read(authorityId, (tx) => connectors.find(tx, id));
      if (!row) throw downlinkErrors.connectorUnknown({ connectorId: id });
      if (row.revoked_at) throw downlinkErrors.connectorRevoked({ name: row.display_name });
      if (row.certificate_serial !== peer.serial && row.next_serial !== peer.serial) {
        throw downlinkErrors.certificateRevoked({ name: row.display_name });
      }
      const connectorId = id as ConnectorId; // isUuid, and a row of the table has it
      if (row.next_serial === peer.serial) {
        await database.transaction(authorityId, (tx) => promote(tx, connectorId, peer.serial));
      }
      return { ...row, id: connectorId };
    },
  };
}
