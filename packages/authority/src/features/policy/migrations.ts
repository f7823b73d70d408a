import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

export const POLICY_MIGRATIONS: readonly Migration[] = [
  {
    id: 'policy/0001-initial',
    async up(db) {
      await sql`create table desired_documents (
        authority_id uuid not null,
        name text not null,
        version bigint not null,
        body jsonb not null,
        changed_at timestamptz not null,
        primary key (authority_id, name)
      )`.execute(db);
      await secureTable(db, 'desired_documents');
    },
  },
];
