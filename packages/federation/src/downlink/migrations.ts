import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

/** Tables of the tenant side: the attached sites, and the tokens that attach them. */
export const DOWNLINK_MIGRATIONS: readonly Migration[] = [
  {
    id: 'downlink/0001-initial',
    async up(db) {
      await sql`
        create table connectors (
          authority_id uuid not null,
          id uuid not null,
          site_id uuid not null,
          display_name text not null,
          site_version text not null,
          protocol integer not null,
          attached_at timestamptz not null,
          attached_by text not null,
          certificate_serial text not null,
          certificate_ends_at timestamptz not null,
          next_serial text,
          next_ends_at timestamptz,
          revoked_at timestamptz,
          epoch text not null,
          cursor text not null,
          last_sync_at timestamptz,
          connected_at timestamptz,
          disconnected_at timestamptz,
          primary key (authority_id, id),
          unique (authority_id, site_id)
        )`.execute(db);
      await secureTable(db, 'connectors');
      await sql`
        create table join_tokens (
          authority_id uuid not null,
          id uuid not null,
          secret_hash text not null,
          created_at timestamptz not null,
          created_by_id uuid not null,
          created_by_name text not null,
          expires_at timestamptz not null,
          used_at timestamptz,
          used_by_site uuid,
          used_csr_hash text,
          primary key (authority_id, id)
        )`.execute(db);
      await secureTable(db, 'join_tokens');
    },
  },
  {
    id: 'downlink/0002-connector-health',
    async up(db) {
      await sql`
        alter table connectors add column detached_by text`.execute(db);
      await sql`
        create table connector_health (
          authority_id uuid not null,
          connector_id uuid not null,
          last_probe_at timestamptz,
          last_status text,
          primary key (authority_id, connector_id)
        )`.execute(db);
      await secureTable(db, 'connector_health');
      await sql`
        create table connector_events (
          authority_id uuid not null,
          connector_id uuid not null,
          id uuid not null,
          kind text not null,
          severity text not null,
          message text not null,
          at timestamptz not null,
          primary key (authority_id, connector_id, id)
        )`.execute(db);
      await secureTable(db, 'connector_events');
      await sql`
        create table connector_minutes (
          authority_id uuid not null,
          connector_id uuid not null,
          minute timestamptz not null,
          connected boolean not null,
          round_trip_ms integer,
          primary key (authority_id, connector_id, minute)
        )`.execute(db);
      await secureTable(db, 'connector_minutes');
    },
  },
  {
    id: 'downlink/0003-upload-settings',
    async up(db) {
      await sql`
        alter table connectors
          add column permissions text not null default 'siteAndTenant',
          add column upload_categories text[]`.execute(db);
      await sql`alter table join_tokens add column site_name text`.execute(db);
    },
  },
];
