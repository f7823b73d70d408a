import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

export const DEVICES_MIGRATIONS: readonly Migration[] = [
  {
    id: 'devices/0001-initial',
    async up(db) {
      // The keys are what lists compare and sort by: lower case, never null, in the order of their bytes.
      await sql`create table devices (
        authority_id uuid not null,
        id uuid not null,
        origin uuid,
        name text,
        operating_system text,
        os_version text,
        manufacturer text,
        model text,
        serial_number text,
        architecture text not null default 'unknown',
        chassis_type text not null default 'unknown',
        physical_memory_bytes bigint,
        total_storage_bytes bigint,
        free_storage_bytes bigint,
        ethernet_mac_address text,
        wifi_mac_address text,
        online boolean not null default false,
        last_contact_at timestamptz not null,
        enrolled_at timestamptz not null,
        client_version text not null,
        certificate_expires_at timestamptz not null,
        is_blocked boolean not null default false,
        name_key text collate "C" not null generated always as (lower(coalesce(name, ''))) stored,
        serial_key text collate "C" not null
          generated always as (lower(coalesce(serial_number, ''))) stored,
        manufacturer_key text collate "C" not null
          generated always as (lower(coalesce(manufacturer, ''))) stored,
        model_key text collate "C" not null generated always as (lower(coalesce(model, ''))) stored,
        primary key (authority_id, id)
      ) with (fillfactor = 85)`.execute(db);
      await sql`create index devices_by_name on devices (authority_id, name_key, id)`.execute(db);
      await sql`create index devices_by_serial on devices (authority_id, serial_key, id)`.execute(
        db,
      );
      await sql`create index devices_by_manufacturer
        on devices (authority_id, manufacturer_key, id)`.execute(db);
      await sql`create index devices_by_model on devices (authority_id, model_key, id)`.execute(db);
      await sql`create index devices_by_contact on devices (authority_id, last_contact_at, id)`.execute(
        db,
      );
      await sql`create index devices_by_origin
        on devices (authority_id, origin, id) where origin is not null`.execute(db);
      await sql`create index devices_online
        on devices (authority_id, id) where online and origin is null`.execute(db);
      await sql`create table device_counters (
        authority_id uuid not null,
        origin uuid not null,
        total bigint not null,
        primary key (authority_id, origin)
      )`.execute(db);
      await secureTable(db, 'devices');
      await secureTable(db, 'device_counters');
    },
  },
];
