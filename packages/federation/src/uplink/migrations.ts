import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

/**
 * SQL for a database that was put back from a backup: the tenant has seen a later one, so that what it holds counts
 * for nothing, and everything is sent again under a new epoch. Of the columns that every version has.
 */
export const UPLINK_AFTER_RESTORE: readonly string[] = [
  "update upload_cursors set epoch = gen_random_uuid(), acknowledged = '0.0', sent = '0.0'",
];

/** Tables of the site side: its attachment, who of the tenant acts as whom, the upload's cursor, relay ids seen. */
export const UPLINK_MIGRATIONS: readonly Migration[] = [
  {
    id: 'uplink/0001-initial',
    async up(db) {
      await sql`
        create table attachments (
          authority_id uuid not null primary key,
          tenant_id uuid not null,
          tenant_name text not null,
          tenant_url text not null,
          root_certificate text not null,
          connector_id uuid not null,
          certificate text not null,
          key_file text not null,
          renew_after timestamptz not null,
          relay_key jsonb not null,
          attached_at timestamptz not null,
          attached_by text not null
        )`.execute(db);
      await secureTable(db, 'attachments');
      await sql`
        create table linked_administrators (
          authority_id uuid not null,
          tenant_user_id uuid not null,
          tenant_user_name text not null,
          local_user_id uuid not null,
          local_user_name text not null,
          linked_at timestamptz not null,
          primary key (authority_id, tenant_user_id)
        )`.execute(db);
      await secureTable(db, 'linked_administrators');
      await sql`
        create table relay_seen (
          authority_id uuid not null,
          jti text not null,
          expires_at timestamptz not null,
          primary key (authority_id, jti)
        )`.execute(db);
      await sql`create index relay_seen_expiry on relay_seen (authority_id, expires_at)`.execute(
        db,
      );
      await secureTable(db, 'relay_seen');
      await sql`
        create table upload_cursors (
          authority_id uuid not null primary key,
          epoch uuid not null,
          acknowledged text not null,
          sent text not null,
          last_upload_at timestamptz
        )`.execute(db);
      await secureTable(db, 'upload_cursors');
    },
  },
  {
    id: 'uplink/0002-status-messages',
    async up(db) {
      await sql`
        create table status_messages (
          authority_id uuid not null,
          id uuid not null,
          message_id integer not null,
          severity text not null,
          message text not null,
          raised_at timestamptz not null,
          primary key (authority_id, id)
        )`.execute(db);
      await secureTable(db, 'status_messages');
    },
  },
  {
    id: 'uplink/0003-upload-settings',
    async up(db) {
      await sql`
        create table upload_settings (
          authority_id uuid not null primary key,
          version bigint not null,
          settings jsonb not null
        )`.execute(db);
      await secureTable(db, 'upload_settings');
      await sql`
        alter table upload_cursors
          add column is_full_sync boolean not null default true,
          add column last_full_sync_at timestamptz`.execute(db);
    },
  },
  {
    id: 'uplink/0003-departures',
    async up(db) {
      await sql`
        create table departures (
          authority_id uuid not null,
          id uuid not null,
          tenant_id uuid not null,
          tenant_name text not null,
          tenant_url text not null,
          root_certificate text not null,
          certificate text not null,
          key_file text,
          detached_at timestamptz not null,
          detached_by text not null,
          told_at timestamptz,
          problem text,
          primary key (authority_id, id)
        )`.execute(db);
      await secureTable(db, 'departures');
    },
  },
  {
    id: 'uplink/0003-ceiling',
    async up(db) {
      await sql`
        create table tenant_ceilings (
          authority_id uuid not null primary key,
          permissions text[] not null,
          version bigint not null
        )`.execute(db);
      await secureTable(db, 'tenant_ceilings');
    },
  },
];
