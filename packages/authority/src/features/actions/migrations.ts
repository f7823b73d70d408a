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
];
