import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

/**
 * What documents were before they changed: one a class and day of change, in a partition for that day, so that what is
 * too old goes with its partition and no row is ever deleted by itself. The partitions are the owner's to make and to
 * drop; who serves may only ask for what the day requires, and by the database's own calendar.
 */
export const addHistory: Migration['up'] = async (db) => {
  await sql`alter table inventory_documents add column changed_at timestamptz`.execute(db);
  // No reference to devices: it would have to be locked for each new partition.
  await sql`create table inventory_history (
    authority_id uuid not null,
    device_id uuid not null,
    class_name text not null,
    replaced_on date not null,
    since timestamptz not null,
    hash text not null,
    collected_at timestamptz not null,
    received_at timestamptz not null,
    row_count integer not null,
    size_bytes integer,
    rows jsonb not null,
    primary key (authority_id, device_id, class_name, replaced_on)
  ) partition by range (replaced_on)`.execute(db);
  await secureTable(db, 'inventory_history');
  // A host whose calendar is not the database's, or that slept for weeks, finds room all the same.
  await sql`create table inventory_history_rest partition of inventory_history default`.execute(db);
  await sql`alter table inventory_history_rest enable row level security`.execute(db);
  await sql`create function inventory_history_keep(today date) returns void
    language plpgsql set search_path from current as $$
    declare
      day date;
      part text;
    begin
      for offset_days in -1..7 loop
        day := today + offset_days;
        part := 'inventory_history_' || to_char(day, 'YYYYMMDD');
        if to_regclass(part) is null
          and not exists (select 1 from inventory_history_rest where replaced_on = day) then
          execute format('create table %I (like inventory_history including all)', part);
          execute format('alter table %I enable row level security', part);
          execute format(
            'alter table inventory_history attach partition %I for values from (%L) to (%L)',
            part, day, day + 1);
        end if;
      end loop;
      for part in
        select c.relname from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'inventory_history'::regclass
          and c.relname ~ '^inventory_history_[0-9]{8}$'
          and to_date(right(c.relname, 8), 'YYYYMMDD') < today - 90
      loop
        execute format('drop table %I', part);
      end loop;
      delete from inventory_history_rest where replaced_on < today - 90;
    end $$`.execute(db);
  await sql`create function inventory_history_maintain() returns void
    language plpgsql security definer set search_path from current set lock_timeout = '2s' as $$
    begin
      perform inventory_history_keep((now() at time zone 'utc')::date);
    end $$`.execute(db);
  await sql`revoke all on function inventory_history_keep(date), inventory_history_maintain()
    from public`.execute(db);
  await sql`grant execute on function inventory_history_maintain() to moorline_serving`.execute(db);
  await sql`create function drop_inventory_history() returns trigger language plpgsql as $$
    begin
      delete from inventory_history h using removed r
      where h.authority_id = r.authority_id and h.device_id = r.id;
      return null;
    end $$`.execute(db);
  await sql`create trigger drop_history after delete on devices
    referencing old table as removed
    for each statement execute function drop_inventory_history()`.execute(db);
};
