import { recordset, sqlOf } from '@moorline/db';
import { rfc3339 } from '@moorline/kernel';
import {
  type InventoryRow,
  SUMMARY_CLASSES,
  type SummaryClass,
  type SummarySource,
} from '@moorline/model';
import type { InventoryDocument, InventoryOverview, Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { InventoryTables } from './tables.ts';

/** A document as it is about to be stored, rows in canonical order. */
export interface NewDocument {
  readonly className: string;
  readonly hash: string;
  readonly collectedAt: number;
  readonly rows: readonly InventoryRow[];
}

/** The stored hash of each of these classes; with rows for those a delta builds on. */
export async function readStored(
  tx: Transaction,
  deviceId: string,
  classNames: readonly string[],
  withRows: readonly string[],
): Promise<
  ReadonlyMap<string, { readonly hash: string; readonly rows: readonly InventoryRow[] | null }>
> {
  const { rows } = await sql<{
    class_name: string;
    hash: string;
    rows: readonly InventoryRow[] | null;
  }>`select class_name, hash, case when class_name = any(${[...withRows]}::text[]) then rows end as rows
    from inventory_documents
    where authority_id = ${tx.authorityId} and device_id = ${deviceId}
      and class_name = any(${[...classNames]}::text[])`.execute(sqlOf(tx));
  return new Map(rows.map((row) => [row.class_name, { hash: row.hash, rows: row.rows }]));
}

export async function writeDocuments(
  tx: Transaction,
  deviceId: string,
  documents: readonly NewDocument[],
  now: number,
): Promise<void> {
  if (documents.length === 0) return;
  const input = documents.map((document) => ({
    class_name: document.className,
    hash: document.hash,
    collected_at: rfc3339(document.collectedAt),
    row_count: document.rows.length,
    rows: document.rows,
  }));
  await sql`insert into inventory_documents
      (authority_id, device_id, class_name, hash, collected_at, received_at, row_count, rows)
    select ${tx.authorityId}::uuid, ${deviceId}::uuid, class_name, hash, collected_at,
      ${rfc3339(now)}::timestamptz, row_count, rows
    from ${recordset(input, { class_name: 'text', hash: 'text', collected_at: 'timestamptz', row_count: 'integer', rows: 'jsonb' })}
    on conflict (authority_id, device_id, class_name) do update set
      hash = excluded.hash, collected_at = excluded.collected_at,
      received_at = excluded.received_at, row_count = excluded.row_count, rows = excluded.rows`.execute(
    sqlOf(tx),
  );
}

/** Documents that came again as they are stored: only when is new. */
export async function touchDocuments(
  tx: Transaction,
  deviceId: string,
  documents: readonly { readonly className: string; readonly collectedAt: number }[],
  now: number,
): Promise<void> {
  if (documents.length === 0) return;
  const input = documents.map((document) => ({
    class_name: document.className,
    collected_at: rfc3339(document.collectedAt),
  }));
  await sql`update inventory_documents d
    set collected_at = t.collected_at, received_at = ${rfc3339(now)}::timestamptz
    from ${recordset(input, { class_name: 'text', collected_at: 'timestamptz' })}
    where d.authority_id = ${tx.authorityId} and d.device_id = ${deviceId}
      and d.class_name = t.class_name`.execute(sqlOf(tx));
}

/** What the summary is made from. */
export async function readSummarySource(tx: Transaction, deviceId: string): Promise<SummarySource> {
  const rows = await sqlOf<InventoryTables>(tx)
    .selectFrom('inventory_documents')
    .select(['class_name', 'rows'])
    .where('authority_id', '=', tx.authorityId)
    .where('device_id', '=', deviceId)
    .where('class_name', 'in', SUMMARY_CLASSES)
    .execute();
  const source: Partial<Record<SummaryClass, readonly InventoryRow[]>> = {};
  for (const row of rows) {
    const name = SUMMARY_CLASSES.find((candidate) => candidate === row.class_name);
    if (name) source[name] = row.rows;
  }
  return source;
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

/** Some rows of a document, cut out by the database: a large document is never loaded for a page of it. */
export async function readDocument(
  tx: Transaction,
  deviceId: string,
  className: string,
  page: { readonly skip: number; readonly top: number },
): Promise<InventoryDocument | undefined> {
  const { rows } = await sql<{
    collected_at: Date;
    received_at: Date;
    row_count: number;
    page: readonly InventoryRow[];
  }>`select collected_at, received_at, row_count,
      coalesce((
        select jsonb_agg(item order by place) from (
          select item, place from jsonb_array_elements(rows) with ordinality as t(item, place)
          where place > ${page.skip} and place <= ${page.skip + page.top}
        ) as part
      ), '[]'::jsonb) as page
    from inventory_documents
    where authority_id = ${tx.authorityId} and device_id = ${deviceId}
      and class_name = ${className}`.execute(sqlOf(tx));
  const [row] = rows;
  return (
    row && {
      className,
      collectedAt: rfc3339(row.collected_at.getTime()),
      receivedAt: rfc3339(row.received_at.getTime()),
      rowCount: row.row_count,
      rows: row.page,
    }
  );
}
