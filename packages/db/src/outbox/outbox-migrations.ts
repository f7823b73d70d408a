import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';
import { secureTable } from '../secure-table.ts';

/** The change log's own table; `openDatabase` runs these before the caller's. */
export const OUTBOX_MIGRATIONS: readonly Migration[] = [
  {
    id: 'db/0001-outbox',
    async up(db) {
      await sql`create table outbox (
        authority_id uuid not null,
        topic text collate "C" not null,
        key text collate "C" not null,
        xid xid8 not null,
        seq bigint not null,
        primary key (authority_id, topic, key)
      )`.execute(db);
      await sql`create index outbox_by_position on outbox (authority_id, xid, seq)`.execute(db);
      await sql`create sequence outbox_seq as bigint`.execute(db);
      await sql`grant usage on sequence outbox_seq to moorline_serving`.execute(db);
      await secureTable(db, 'outbox');
    },
  },
];
