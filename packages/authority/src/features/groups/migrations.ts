import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

/** After those of devices and inventory. */
export const GROUPS_MIGRATIONS: readonly Migration[] = [
  {
    id: 'groups/0001-initial',
    async up(db) {
      await sql`create table groups (
        authority_id uuid not null,
        id uuid not null,
        number integer not null,
        name text not null,
        name_key text collate "C" not null generated always as (lower(name)) stored,
        description text not null,
        is_built_in boolean not null,
        limiting_id uuid,
        rules jsonb not null,
        version bigint not null,
        member_count bigint not null,
        created_at timestamptz not null,
        changed_at timestamptz not null,
        checked_at timestamptz,
        check_ms integer,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create unique index groups_by_name on groups (authority_id, name_key)`.execute(db);
      await sql`create table group_members (
        authority_id uuid not null,
        group_id uuid not null,
        device_id uuid not null,
        primary key (authority_id, group_id, device_id)
      )`.execute(db);
      await sql`create index group_members_by_device
        on group_members (authority_id, device_id, group_id)`.execute(db);
      await sql`create table group_wakes (
        authority_id uuid not null,
        device_id uuid not null,
        wake_at timestamptz not null,
        primary key (authority_id, device_id)
      )`.execute(db);
      await sql`create index group_wakes_by_time on group_wakes (authority_id, wake_at)`.execute(
        db,
      );
      // Its one row per authority is the lock that evaluations take.
      await sql`create table group_clock (
        authority_id uuid not null,
        revision bigint not null,
        last_number integer not null,
        primary key (authority_id)
      )`.execute(db);
      await sql`create table group_sources (
        authority_id uuid not null,
        source text collate "C" not null,
        primary key (authority_id, source)
      )`.execute(db);
      await sql`create table device_changes (
        authority_id uuid not null,
        seq bigint not null,
        device_id uuid not null,
        source text collate "C" not null,
        primary key (authority_id, seq)
      )`.execute(db);
      await sql`create sequence device_changes_seq as bigint`.execute(db);
      await sql`grant usage on sequence device_changes_seq to moorline_serving`.execute(db);
      for (const table of [
        'groups',
        'group_members',
        'group_wakes',
        'group_clock',
        'group_sources',
        'device_changes',
      ]) {
        await secureTable(db, table);
      }
      await noteChangedRows(db);
    },
  },
  {
    id: 'groups/0002-followed',
    async up(db) {
      await sql`create table followed_groups (
        authority_id uuid not null,
        group_id uuid not null,
        is_excluded boolean not null,
        primary key (authority_id, group_id)
      )`.execute(db);
      await secureTable(db, 'followed_groups');
    },
  },
];

// The database itself notes what changed, in the writer's transaction: no writer can forget to. Only what some rule
// reads is noted, so that who has no such rules pays for the look alone.
async function noteChangedRows(db: Parameters<Migration['up']>[0]): Promise<void> {
  await sql`create function note_device_added() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from group_sources where source = '*') then
        insert into device_changes (authority_id, seq, device_id, source)
        select authority_id, nextval('device_changes_seq'), id, '*' from added;
      end if;
      return null;
    end $$`.execute(db);
  await sql`create function note_device_removed() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from group_sources where source = '*') then
        insert into device_changes (authority_id, seq, device_id, source)
        select authority_id, nextval('device_changes_seq'), id, '*' from removed;
      end if;
      return null;
    end $$`.execute(db);
  await sql`create function note_device_changed() returns trigger language plpgsql as $$
    begin
      if exists (select 1 from group_sources where source = 'ManagedDevice') then
        insert into device_changes (authority_id, seq, device_id, source)
        select a.authority_id, nextval('device_changes_seq'), a.id, 'ManagedDevice'
        from after_rows a join before_rows b on b.authority_id = a.authority_id and b.id = a.id
        where (a.origin, a.name, a.operating_system, a.os_version, a.manufacturer, a.model, a.serial_number,
            a.architecture, a.chassis_type, a.physical_memory_bytes, a.total_storage_bytes,
            a.free_storage_bytes, a.ethernet_mac_address, a.wifi_mac_address, a.enrolled_at, a.is_blocked)
          is distinct from (b.origin, b.name, b.operating_system, b.os_version, b.manufacturer, b.model,
            b.serial_number, b.architecture, b.chassis_type, b.physical_memory_bytes, b.total_storage_bytes,
            b.free_storage_bytes, b.ethernet_mac_address, b.wifi_mac_address, b.enrolled_at, b.is_blocked);
      end if;
      if exists (select 1 from group_sources where source = 'ClientStatus') then
        insert into device_changes (authority_id, seq, device_id, source)
        select a.authority_id, nextval('device_changes_seq'), a.id, 'ClientStatus'
        from after_rows a join before_rows b on b.authority_id = a.authority_id and b.id = a.id
        where (a.online, a.last_contact_at, a.client_version, a.certificate_expires_at)
          is distinct from (b.online, b.last_contact_at, b.client_version, b.certificate_expires_at);
      end if;
      return null;
    end $$`.execute(db);
  // Once for the documents of many devices: a look for each of them would cost as much as storing it.
  await sql`create function note_documents_added() returns trigger language plpgsql as $$
    begin
      insert into device_changes (authority_id, seq, device_id, source)
      select a.authority_id, nextval('device_changes_seq'), a.device_id, a.class_name
      from after_rows a join group_sources s
        on s.authority_id = a.authority_id and s.source = a.class_name;
      return null;
    end $$`.execute(db);
  await sql`create function note_documents_changed() returns trigger language plpgsql as $$
    begin
      insert into device_changes (authority_id, seq, device_id, source)
      select a.authority_id, nextval('device_changes_seq'), a.device_id, a.class_name
      from after_rows a
      join group_sources s on s.authority_id = a.authority_id and s.source = a.class_name
      join before_rows b on b.authority_id = a.authority_id and b.device_id = a.device_id
        and b.class_name = a.class_name
      where a.hash is distinct from b.hash;
      return null;
    end $$`.execute(db);
  await sql`create trigger note_added after insert on devices
    referencing new table as added for each statement execute function note_device_added()`.execute(
    db,
  );
  await sql`create trigger note_removed after delete on devices
    referencing old table as removed for each statement execute function note_device_removed()`.execute(
    db,
  );
  await sql`create trigger note_changed after update on devices
    referencing old table as before_rows new table as after_rows
    for each statement execute function note_device_changed()`.execute(db);
  await sql`create trigger note_inserted after insert on inventory_documents
    referencing new table as after_rows
    for each statement execute function note_documents_added()`.execute(db);
  await sql`create trigger note_updated after update on inventory_documents
    referencing old table as before_rows new table as after_rows
    for each statement execute function note_documents_changed()`.execute(db);
}
