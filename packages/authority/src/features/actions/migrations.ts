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
];
