import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { clientOf, sqlOf, type Transaction } from '../transaction.ts';
import { runCopy } from './copy-query.ts';
import { type CopyValue, copyLine } from './copy-text.ts';

export type CopyRows = Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>;

/**
 * Copies rows into a temporary table with these columns of `table`, and gives its name: the fast way to an
 * `insert … select … on conflict` of many rows. PostgreSQL does not COPY into a table with row-level security, so
 * the rows arrive here and pass the policy in the statement that follows. The temporary table is this
 * connection's alone and empty after the transaction; a second call with the same table and columns empties it.
 */
export async function stageRows(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  rows: CopyRows,
): Promise<string> {
  const key = createHash('sha256').update(`${table}(${columns.join()})`).digest('hex').slice(0, 12);
  const staging = `staged_${key}`;
  const db = sqlOf(tx);
  const list = sql.join(columns.map((column) => sql.id(column)));
  const present = await sql<{ present: boolean }>`
    select to_regclass(${`pg_temp.${staging}`}) is not null as present`.execute(db);
  if (present.rows[0]?.present) await sql`truncate pg_temp.${sql.id(staging)}`.execute(db);
  else
    await sql`create temporary table ${sql.id(staging)} on commit delete rows
      as select ${list} from ${sql.table(table)} with no data`.execute(db);
  const client = clientOf(tx);
  const names = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  await runCopy(client, `COPY pg_temp.${staging} (${names}) FROM STDIN`, toLines(rows));
  return staging;
}

/**
 * Inserts rows by COPY; `columns` leaves `authority_id` out, which is the transaction's. All or nothing: a row
 * that violates a constraint fails the statement. Resolves with the number of rows.
 */
export async function copyInto(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  rows: CopyRows,
): Promise<number> {
  const staging = await stageRows(tx, table, columns, rows);
  const list = sql.join(columns.map((column) => sql.id(column)));
  const { numAffectedRows } = await sql`insert into ${sql.table(table)} (authority_id, ${list})
    select ${tx.authorityId}::uuid, ${list} from pg_temp.${sql.id(staging)}`.execute(sqlOf(tx));
  return Number(numAffectedRows ?? 0n);
}

function toLines(rows: CopyRows): Iterable<string> | AsyncIterable<string> {
  return Symbol.asyncIterator in rows ? laterLines(rows) : presentLines(rows);
}

async function* laterLines(rows: AsyncIterable<readonly CopyValue[]>): AsyncGenerator<string> {
  for await (const row of rows) yield copyLine(row);
}

function* presentLines(rows: Iterable<readonly CopyValue[]>): Generator<string> {
  for (const row of rows) yield copyLine(row);
}
