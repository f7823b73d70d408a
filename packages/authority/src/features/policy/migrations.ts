import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

export const POLICY_MIGRATIONS: readonly Migration[] = [
  {
    id: 'policy/0001-initial',
    async up(db) {
      await sql`create table desired_heads (
        authority_id uuid primary key,
        cursor bigint not null
      )`.execute(db);
      // cursor: the head's value when the document last changed.
      await sql`create table desired_documents (
        authority_id uuid not null,
        name text not null,
        version integer not null,
        cursor bigint not null,
        body jsonb not null,
        primary key (authority_id, name)
      )`.execute(db);
      await secureTable(db, 'desired_heads');
      await secureTable(db, 'desired_documents');
    },
  },
];
