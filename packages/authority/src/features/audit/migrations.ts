import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

export const AUDIT_MIGRATIONS: readonly Migration[] = [
  {
    id: 'audit/0001-initial',
    async up(db) {
      await sql`create table audit_heads (
        authority_id uuid primary key,
        sequence bigint not null,
        hash text not null
      )`.execute(db);
      await sql`create table audit_events (
        authority_id uuid not null,
        sequence bigint not null,
        at_ms bigint not null,
        activity text not null,
        actor text not null,
        target text,
        result text not null check (result in ('success', 'failure')),
        details jsonb not null,
        hash text not null,
        primary key (authority_id, sequence)
      )`.execute(db);
      await secureTable(db, 'audit_heads');
      await secureTable(db, 'audit_events');
      // Who serves requests may add to the log, never change it.
      await sql`revoke update, delete, truncate on audit_events from moorline_serving`.execute(db);
      await sql`revoke delete, truncate on audit_heads from moorline_serving`.execute(db);
    },
  },
];
