import { type Kysely, sql } from 'kysely';

/** The transaction's authority; null when a connection has none, and then no row is equal to it. */
const CURRENT_AUTHORITY = sql`(select nullif(current_setting('moorline.authority_id', true), '')::uuid)`;

/**
 * In a migration: lets the serving role read and write `table`, but only the rows of the transaction's own
 * authority. The table has a column `authority_id uuid`, first in its primary key. The owner is exempt, since a
 * migration works on every authority's rows: that is why requests are never served as the owner.
 */
export async function secureTable<T>(db: Kysely<T>, table: string): Promise<void> {
  const name = sql.table(table);
  await sql`alter table ${name} enable row level security`.execute(db);
  await sql`create policy own_rows on ${name} to moorline_serving
    using (authority_id = ${CURRENT_AUTHORITY}) with check (authority_id = ${CURRENT_AUTHORITY})`.execute(
    db,
  );
  await sql`grant select, insert, update, delete on ${name} to moorline_serving`.execute(db);
}
