/** Row types of the tenant side's own tables. */
export interface DownlinkTables {
  connectors: ConnectorRow;
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
  last_sync_at: Date | null;
  connected_at: Date | null;
  disconnected_at: Date | null;
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
  used_at: Date | null;
  used_by_site: string | null;
  /** SHA-256 hex of the CSR it was used with: the same site may repeat exactly that request. */
  used_csr_hash: string | null;
}
