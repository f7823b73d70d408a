import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';
import { addHistory } from './history-migration.ts';

/** After those of devices. */
export const INVENTORY_MIGRATIONS: readonly Migration[] = [
  {
    id: 'inventory/0001-initial',
    async up(db) {
      await sql`create table inventory_documents (
        authority_id uuid not null,
        device_id uuid not null,
        class_name text not null,
        hash text not null,
        collected_at timestamptz not null,
        received_at timestamptz not null,
        row_count integer not null,
        rows jsonb not null,
        primary key (authority_id, device_id, class_name),
        foreign key (authority_id, device_id) references devices (authority_id, id) on delete cascade
      )`.execute(db);
      await secureTable(db, 'inventory_documents');
    },
  },
  {
    id: 'inventory/0002-sizes',
    async up(db) {
      // What a delta is to be applied to is read together with others: how much that is, is known before.
      // Room in the page: a document that is replaced stays where it is, and its index as it was.
      await sql`alter table inventory_documents add column size_bytes integer`.execute(db);
      await sql`alter table inventory_documents set (fillfactor = 70)`.execute(db);
    },
  },
  { id: 'inventory/0003-history', up: addHistory },
];
