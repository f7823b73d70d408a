import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

export const ACTIONS_MIGRATIONS: readonly Migration[] = [
  {
    id: 'actions/0001-initial',
    async up(db) {
      await sql`create table actions (
        authority_id uuid not null,
        id uuid not null,
        device_id uuid not null,
        origin uuid,
        kind text not null,
        state text not null,
        requested_at timestamptz not null,
        expires_at timestamptz not null,
        requested_by text not null,
        actor jsonb not null,
        is_relayed boolean not null,
        result jsonb,
        hop_count integer not null,
        moved_at timestamptz not null,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create index actions_by_device
        on actions (authority_id, device_id, requested_at, id)`.execute(db);
      await sql`create index actions_by_time on actions (authority_id, requested_at, id)`.execute(
        db,
      );
      await sql`create index actions_open on actions (authority_id, state, expires_at)
        where state not in ('refused', 'succeeded', 'failed', 'expired', 'cancelled')`.execute(db);
      await sql`create table action_hops (
        authority_id uuid not null,
        action_id uuid not null,
        sequence smallint not null,
        state text not null,
        at timestamptz not null,
        place text not null,
        place_name text not null,
        reason text not null,
        primary key (authority_id, action_id, sequence),
        foreign key (authority_id, action_id) references actions (authority_id, id) on delete cascade
      )`.execute(db);
      await secureTable(db, 'actions');
      await secureTable(db, 'action_hops');
    },
  },
  {
    id: 'actions/0002-bulk-and-cancellation',
    async up(db) {
      await sql`alter table actions
        add column bulk_id uuid,
        add column performer_id uuid,
        add column parameters jsonb,
        add column cancel_requested_at timestamptz,
        add column cancel_requested_by text,
        add column cancel_actor jsonb,
        add column cancel_reason text,
        add column cancel_open boolean not null default false`.execute(db);
      await sql`create index actions_by_performer on actions (authority_id, performer_id)
        where performer_id is not null`.execute(db);
      await sql`create index actions_by_bulk on actions (authority_id, bulk_id, id)
        where bulk_id is not null`.execute(db);
      await sql`create index actions_to_cancel on actions (authority_id, origin, device_id)
        where cancel_open`.execute(db);
      await sql`create index actions_ended on actions (authority_id, moved_at)
        where state in ('refused', 'succeeded', 'failed', 'expired', 'cancelled')`.execute(db);
      await sql`create table bulk_actions (
        authority_id uuid not null,
        id uuid not null,
        kind text not null,
        requested_at timestamptz not null,
        expires_at timestamptz not null,
        requested_by text not null,
        actor jsonb not null,
        request_key text,
        devices_hash text not null,
        device_count integer not null,
        cancelled_at timestamptz,
        cancelled_by text,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create unique index bulk_actions_by_request on bulk_actions (authority_id, request_key)
        where request_key is not null`.execute(db);
      await sql`create index bulk_actions_by_time
        on bulk_actions (authority_id, requested_at, id)`.execute(db);
      // What a caller names as a device need not be an id.
      await sql`create table bulk_action_devices (
        authority_id uuid not null,
        bulk_id uuid not null,
        device_id text not null,
        outcome text not null,
        reason text,
        primary key (authority_id, bulk_id, device_id),
        foreign key (authority_id, bulk_id) references bulk_actions (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create index bulk_action_devices_waiting on bulk_action_devices (authority_id, bulk_id)
        where outcome = 'waiting'`.execute(db);
      await sql`create table action_settings (
        authority_id uuid not null primary key,
        settings jsonb not null
      )`.execute(db);
      for (const table of ['bulk_actions', 'bulk_action_devices', 'action_settings']) {
        await secureTable(db, table);
      }
    },
  },
  {
    id: 'actions/0003-networks-and-files',
    async up(db) {
      await sql`create table device_networks (
        authority_id uuid not null,
        device_id uuid not null,
        network text not null,
        broadcast text not null,
        primary key (authority_id, device_id, network),
        foreign key (authority_id, device_id) references devices (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create index device_networks_by_network
        on device_networks (authority_id, network, device_id)`.execute(db);
      await sql`create table action_files (
        authority_id uuid not null,
        action_id uuid not null,
        size_bytes bigint not null,
        sha256 text not null,
        stored_at timestamptz not null,
        primary key (authority_id, action_id)
      )`.execute(db);
      await sql`create index action_files_by_time on action_files (authority_id, stored_at)`.execute(
        db,
      );
      await secureTable(db, 'device_networks');
      await secureTable(db, 'action_files');
      // What a device says of its addresses is text: what is no address is passed over.
      await sql`create function ipv4_networks(rows jsonb)
        returns table (network text, broadcast text) language plpgsql immutable as $$
        declare found_text text; address inet;
        begin
          for found_text in
            select m[1] from jsonb_array_elements(rows) as r(value),
              regexp_matches(coalesce(r.value->>'IPV4Address', ''),
                '([0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}/[0-9]{1,2})', 'g') as m
          loop
            begin
              address := found_text::inet;
            exception when others then
              continue;
            end;
            if masklen(address) between 8 and 30 then
              network := network(address)::text;
              broadcast := host(broadcast(address));
              return next;
            end if;
          end loop;
        end $$`.execute(db);
      await sql`create function keep_device_networks() returns trigger language plpgsql as $$
        begin
          delete from device_networks
            where authority_id = new.authority_id and device_id = new.device_id;
          insert into device_networks (authority_id, device_id, network, broadcast)
            select distinct on (t.network) new.authority_id, new.device_id, t.network, t.broadcast
            from ipv4_networks(new.rows) as t
            on conflict do nothing;
          return null;
        end $$`.execute(db);
      await sql`create trigger networks_inserted after insert on inventory_documents
        for each row when (new.class_name = 'IPConfig')
        execute function keep_device_networks()`.execute(db);
      await sql`create trigger networks_updated after update on inventory_documents
        for each row when (new.class_name = 'IPConfig' and new.hash is distinct from old.hash)
        execute function keep_device_networks()`.execute(db);
      await sql`insert into device_networks (authority_id, device_id, network, broadcast)
        select distinct on (d.authority_id, d.device_id, t.network)
          d.authority_id, d.device_id, t.network, t.broadcast
        from inventory_documents d, ipv4_networks(d.rows) as t
        where d.class_name = 'IPConfig'
        on conflict do nothing`.execute(db);
    },
  },
];
