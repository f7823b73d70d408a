import { binaryArray, sqlOf } from '@moorline/db';
import { type DeviceId, rfc3339 } from '@moorline/kernel';
import type { InventoryRow } from '@moorline/model';
import type { InventoryOverview, Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { InventoryTables } from './tables.ts';

/** Which document is meant: one class of one device. */
export interface DocumentKey {
  readonly deviceId: DeviceId;
  readonly className: string;
}

/** A document as it is about to be stored, rows in canonical order. */
export interface NewDocument extends DocumentKey {
  readonly hash: string;
  readonly collectedAt: number;
  readonly rows: readonly InventoryRow[];
  /** Of the canonical text. */
  readonly sizeBytes: number;
}

/** What is stored of a document, without its rows. */
export interface StoredHead {
  readonly hash: string;
  readonly rowCount: number;
  /** Of the canonical text; null for what was stored before sizes were. */
  readonly sizeBytes: number | null;
  /** When this content came, milliseconds since 1970. */
  readonly changedAt: number;
}

// Each look-up by itself, by the primary key: the statistics of a new table must not lead to reading all of it.
const wanted = (keys: readonly DocumentKey[]): ReturnType<typeof sql> =>
  sql`unnest(${keys.map((key) => key.deviceId)}::uuid[], ${keys.map((key) => key.className)}::text[])
    with ordinality as t(device_id, class_name, place)`;

/** Hash and size of each of these documents that is stored, by its place among `keys`. */
export async function readHeads(
  tx: Transaction,
  keys: readonly DocumentKey[],
): Promise<ReadonlyMap<number, StoredHead>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<{
    at: number;
    hash: string;
    row_count: number;
    size_bytes: number | null;
    changed_at: Date;
  }>`select (t.place - 1)::int as at, found.* from ${wanted(keys)}
    cross join lateral (
      select hash, row_count, size_bytes, coalesce(changed_at, received_at) as changed_at
      from inventory_documents
      where authority_id = ${tx.authorityId} and device_id = t.device_id
        and class_name = t.class_name
      limit 1
    ) as found`.execute(sqlOf(tx));
  return new Map(
    rows.map((row) => [
      row.at,
      {
        hash: row.hash,
        rowCount: row.row_count,
        sizeBytes: row.size_bytes,
        changedAt: row.changed_at.getTime(),
      },
    ]),
  );
}

/** The rows of each of these documents that is stored, by its place among `keys`. */
export async function readRows(
  tx: Transaction,
  keys: readonly DocumentKey[],
): Promise<ReadonlyMap<number, readonly InventoryRow[]>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<{ at: number; rows: readonly InventoryRow[] }>`
    select (t.place - 1)::int as at, found.rows from ${wanted(keys)}
    cross join lateral (
      select rows from inventory_documents
      where authority_id = ${tx.authorityId} and device_id = t.device_id
        and class_name = t.class_name
      limit 1
    ) as found`.execute(sqlOf(tx));
  return new Map(rows.map((row) => [row.at, row.rows]));
}

/** Writes documents, each of another key, in one statement. */
export async function writeDocuments(
  tx: Transaction,
  documents: readonly NewDocument[],
  now: number,
): Promise<void> {
  if (documents.length === 0) return;
  const of = <T>(read: (document: NewDocument) => T): T[] => documents.map(read);
  await sql`insert into inventory_documents
      (authority_id, device_id, class_name, hash, collected_at, received_at, changed_at, row_count,
        size_bytes, rows)
    select ${tx.authorityId}::uuid, t.device_id, t.class_name, t.hash, t.collected_at,
      ${rfc3339(now)}::timestamptz, ${rfc3339(now)}::timestamptz, t.row_count, t.size_bytes, t.rows
    from unnest(
      ${of((document) => document.deviceId)}::uuid[],
      ${of((document) => document.className)}::text[],
      ${of((document) => document.hash)}::text[],
      ${of((document) => rfc3339(document.collectedAt))}::timestamptz[],
      ${of((document) => document.rows.length)}::int[],
      ${of((document) => document.sizeBytes)}::int[],
      ${binaryArray(
        'jsonb',
        of((document) => JSON.stringify(document.rows)),
      )}
    ) as t(device_id, class_name, hash, collected_at, row_count, size_bytes, rows)
    on conflict (authority_id, device_id, class_name) do update set
      hash = excluded.hash, collected_at = excluded.collected_at,
      received_at = excluded.received_at, changed_at = excluded.changed_at,
      row_count = excluded.row_count,
      size_bytes = excluded.size_bytes, rows = excluded.rows`.execute(sqlOf(tx));
}

/** Documents that came again as they are stored: only when is new. */
export async function touchDocuments(
  tx: Transaction,
  documents: readonly (DocumentKey & { readonly collectedAt: number })[],
  now: number,
): Promise<void> {
  if (documents.length === 0) return;
  await sql`update inventory_documents d
    set collected_at = t.collected_at, received_at = ${rfc3339(now)}::timestamptz
    from unnest(
      ${documents.map((document) => document.deviceId)}::uuid[],
      ${documents.map((document) => document.className)}::text[],
      ${documents.map((document) => rfc3339(document.collectedAt))}::timestamptz[]
    ) as t(device_id, class_name, collected_at)
    where d.authority_id = ${tx.authorityId} and d.device_id = t.device_id
      and d.class_name = t.class_name`.execute(sqlOf(tx));
}

export async function readOverview(tx: Transaction, deviceId: string): Promise<InventoryOverview> {
  const rows = await sqlOf<InventoryTables>(tx)
    .selectFrom('inventory_documents')
    .select(['class_name', 'row_count', 'collected_at', 'received_at', 'hash'])
    .where('authority_id', '=', tx.authorityId)
    .where('device_id', '=', deviceId)
    .orderBy('class_name')
    .execute();
  return {
    classes: rows.map((row) => ({
      className: row.class_name,
      rowCount: row.row_count,
      collectedAt: rfc3339(row.collected_at.getTime()),
      receivedAt: rfc3339(row.received_at.getTime()),
      hash: row.hash,
    })),
  };
}
