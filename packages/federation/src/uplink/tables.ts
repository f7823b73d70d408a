/** Row types of the site side's own tables. */
export interface UplinkTables {
  attachments: AttachmentRow;
  linked_administrators: LinkRow;
  /** None: the default one. */
  tenant_ceilings: { authority_id: string; permissions: readonly string[]; version: string };
  relay_seen: { authority_id: string; jti: string; expires_at: Date };
  upload_cursors: UploadCursorRow;
  status_messages: StatusMessageRow;
  departures: DepartureRow;
  upload_settings: UploadSettingsRow;
}

export interface UploadSettingsRow {
  authority_id: string;
  version: string | number;
  settings: Readonly<Record<string, unknown>>;
}

export interface AttachmentRow {
  authority_id: string;
  tenant_id: string;
  tenant_name: string;
  /** Origin of the tenant's gateway. */
  tenant_url: string;
  /** PEM of the pinned root: the only one that the tenant's server is trusted by. */
  root_certificate: string;
  connector_id: string;
  /** PEM. */
  certificate: string;
  /** Name, in the folder of keys, of the file with the certificate's private key. */
  key_file: string;
  renew_after: Date;
  /** Public JWK with `kid`. */
  relay_key: Readonly<Record<string, unknown>>;
  attached_at: Date;
  attached_by: string;
}

export interface LinkRow {
  authority_id: string;
  tenant_user_id: string;
  tenant_user_name: string;
  local_user_id: string;
  local_user_name: string;
  linked_at: Date;
}

export interface UploadCursorRow {
  authority_id: string;
  /** Names this change log to the tenant. */
  epoch: string;
  /** The tenant said that it has everything up to here. */
  acknowledged: string;
  /** The end of the last batch that was handed to the network: the tenant can be no further. */
  sent: string;
  last_upload_at: Date | null;
  /** Everything is on its way again, and was not yet acknowledged to its end. */
  is_full_sync: boolean;
  last_full_sync_at: Date | null;
}

export interface DepartureRow {
  authority_id: string;
  /** UUIDv7: in the order in which they happened. */
  id: string;
  tenant_id: string;
  tenant_name: string;
  tenant_url: string;
  root_certificate: string;
  certificate: string;
  /** The key to tell the tenant with; null when there is nothing more to tell. */
  key_file: string | null;
  detached_at: Date;
  /** An administrator of this site, or the tenant by its name. */
  detached_by: string;
  /** When the tenant was told, or told us; null while it does not know. */
  told_at: Date | null;
  /** Why it was not told and will not be; null otherwise. */
  problem: string | null;
}

export interface StatusMessageRow {
  authority_id: string;
  /** UUIDv7: in the order in which they were raised. */
  id: string;
  message_id: number;
  severity: 'info' | 'warning' | 'error' | 'critical';
  message: string;
  raised_at: Date;
}
