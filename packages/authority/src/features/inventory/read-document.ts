import { sqlOf } from '@moorline/db';
import { rfc3339 } from '@moorline/kernel';
import type { InventoryRow } from '@moorline/model';
import type { InventoryDocument, InventoryHistory, Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';

/** A class of a device, now (`day` null) or at the end of a day, `YYYY-MM-DD`. */
export interface WantedDocument {
  readonly deviceId: string;
  readonly className: string;
  readonly day: string | null;
}

/** Days for which documents are kept; what was replaced before is gone. */
export const HISTORY_DAYS = 90;

// What stood at the end of a day is what was replaced first after it; when nothing was, it is what stands now.
const stored = (
  tx: Transaction,
  { deviceId, className, day }: WantedDocument,
): ReturnType<typeof sql> =>
  day === null
    ? sql`select hash, collected_at, received_at, row_count, rows from inventory_documents
        where authority_id = ${tx.authorityId} and device_id = ${deviceId}
          and class_name = ${className}`
    : sql`select hash, collected_at, received_at, row_count, rows from (
          (select 0 as place, hash, collected_at, received_at, row_count, rows, since
            from inventory_history
            where authority_id = ${tx.authorityId} and device_id = ${deviceId}
              and class_name = ${className} and replaced_on > ${day}::date
            order by replaced_on limit 1)
          union all
          (select 1, hash, collected_at, received_at, row_count, rows,
              coalesce(changed_at, received_at)
            from inventory_documents
            where authority_id = ${tx.authorityId} and device_id = ${deviceId}
              and class_name = ${className})
          order by place limit 1
        ) as then_stored
        where since < ((${day}::date + 1)::timestamp at time zone 'UTC')`;

/** Some rows of a document, cut out by the database: a large document is never loaded for a page of it. */
export async function readDocument(
  tx: Transaction,
  wanted: WantedDocument,
  page: {
    readonly skip: number;
    readonly top: number;
    /** A column of the class; absent: in the order of the document. */
    readonly orderBy?: { readonly column: string; readonly descending: boolean } | undefined;
  },
): Promise<InventoryDocument | undefined> {
  const { orderBy } = page;
  const item = sql`item->${orderBy?.column ?? ''}::text`;
  // What is not known comes last either way.
  const order = orderBy
    ? sql`(${item}) is null or (${item}) = 'null'::jsonb,
        ${orderBy.descending ? sql`${item} desc` : item}, place`
    : sql`place`;
  const { rows } = await sql<{
    hash: string;
    collected_at: Date;
    received_at: Date;
    row_count: number;
    page: readonly InventoryRow[];
  }>`select hash, collected_at, received_at, row_count,
      coalesce((
        select jsonb_agg(item order by at) from (
          select item, row_number() over (order by ${order}) as at
          from jsonb_array_elements(rows) with ordinality as t(item, place)
        ) as part
        where at > ${page.skip} and at <= ${page.skip + page.top}
      ), '[]'::jsonb) as page
    from (${stored(tx, wanted)}) as document`.execute(sqlOf(tx));
  const [row] = rows;
  return (
    row && {
      className: wanted.className,
      collectedAt: rfc3339(row.collected_at.getTime()),
      receivedAt: rfc3339(row.received_at.getTime()),
      rowCount: row.row_count,
      hash: row.hash,
      rows: row.page,
    }
  );
}

/** All rows of a document, in the order of the document. */
export async function readAllRows(
  tx: Transaction,
  wanted: WantedDocument,
): Promise<readonly InventoryRow[] | undefined> {
  const { rows } = await sql<{ rows: readonly InventoryRow[] }>`
    select rows from (${stored(tx, wanted)}) as document`.execute(sqlOf(tx));
  return rows[0]?.rows;
}

/** How the class was on the days that are kept, the present first; empty: it was never reported. */
export async function readPeriods(
  tx: Transaction,
  { deviceId, className }: Pick<WantedDocument, 'deviceId' | 'className'>,
  today: string,
): Promise<InventoryHistory['periods']> {
  const { rows } = await sql<{
    from_day: string;
    to_day: string;
    row_count: number;
    collected_at: Date;
    hash: string;
  }>`
    select to_char(since at time zone 'UTC', 'YYYY-MM-DD') as from_day, to_day, row_count,
      collected_at, hash
    from (
      select coalesce(changed_at, received_at) as since, ${today}::text as to_day, row_count,
        collected_at, hash, 'infinity'::date as replaced_on
      from inventory_documents
      where authority_id = ${tx.authorityId} and device_id = ${deviceId}
        and class_name = ${className}
      union all
      select since, to_char(replaced_on - 1, 'YYYY-MM-DD'), row_count, collected_at, hash,
        replaced_on
      from inventory_history
      where authority_id = ${tx.authorityId} and device_id = ${deviceId}
        and class_name = ${className} and replaced_on >= ${today}::date - ${HISTORY_DAYS}::int
    ) as kept
    order by replaced_on desc limit 200`.execute(sqlOf(tx));
  return rows.map((row) => ({
    from: row.from_day,
    to: row.to_day,
    rowCount: row.row_count,
    collectedAt: rfc3339(row.collected_at.getTime()),
    hash: row.hash,
  }));
}
