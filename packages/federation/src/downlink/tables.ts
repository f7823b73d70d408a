import type { Connector, ConnectorEvent } from '@moorline/contracts/admin';

import type { UploadCategory, UploadPermissions } from '@moorline/model';

/** Row types of the tenant side's own tables. */
export interface DownlinkTables {
  connectors: ConnectorRow;
  connector_events: ConnectorEventRow;
  connector_health: ConnectorHealthRow;
  join_tokens: JoinTokenRow;
}

export interface ConnectorRow {
  authority_id: string;
  id: string;
  /** The site's own AuthorityId. */
  site_id: string;
  display_name: string;
  site_version: string;
  protocol: number;
  attached_at: Date;
  /** Name of the administrator who made the join token. */
  attached_by: string;
  certificate_serial: string;
  certificate_ends_at: Date;
  /** A renewed certificate that has not been shown yet; its first use retires the present one. */
  next_serial: string | null;
  next_ends_at: Date | null;
  revoked_at: Date | null;
  epoch: string;
  /** Everything up to here is stored. */
  cursor: string;
  /** Whose permissions decide, as the site said when it connected last. */
  permissions: UploadPermissions;
  /** What the site uploads beside identities; null: it has not said, and uploads all. */
  upload_categories: readonly UploadCategory[] | null;
  last_sync_at: Date | null;
  connected_at: Date | null;
  disconnected_at: Date | null;
  /** Who ended the connector, where `revoked_at` says when: an administrator here, or at the site. */
  detached_by: string | null;
}

export interface ConnectorHealthRow {
  authority_id: string;
  connector_id: string;
  /** When a probe last came back. */
  last_probe_at: Date | null;
  /** As it was last judged, so that a change can be told. */
  last_status: Connector['status'] | null;
}

/** A connector, with what was last seen of it. */
export type KnownConnector = ConnectorRow &
  Pick<ConnectorHealthRow, 'last_probe_at' | 'last_status'>;

export interface ConnectorEventRow {
  authority_id: string;
  connector_id: string;
  /** UUIDv7: in the order in which they happened. */
  id: string;
  kind: ConnectorEvent['kind'];
  severity: ConnectorEvent['severity'];
  message: string;
  at: Date;
}

export interface JoinTokenRow {
  authority_id: string;
  id: string;
  /** SHA-256 hex. */
  secret_hash: string;
  created_at: Date;
  created_by_id: string;
  created_by_name: string;
  expires_at: Date;
  /** The only site that it is good for, by name; null: any. */
  site_name: string | null;
  used_at: Date | null;
  used_by_site: string | null;
  /** SHA-256 hex of the CSR it was used with: the same site may repeat exactly that request. */
  used_csr_hash: string | null;
}
