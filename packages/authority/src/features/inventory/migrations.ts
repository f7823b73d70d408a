import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

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
];
