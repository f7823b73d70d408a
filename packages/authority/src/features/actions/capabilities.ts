import { sqlOf } from '@moorline/db';
import type { ActionKind } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';

/** Of these devices, those that say that they cannot do it, with the reason they give. */
export async function unsupportedOn(
  tx: Transaction,
  deviceIds: readonly string[],
  kind: ActionKind,
): Promise<ReadonlyMap<string, string>> {
  if (deviceIds.length === 0) return new Map();
  const { rows } = await sql<{ device_id: string; reason: string | null }>`
    select d.device_id, r.value->>'Reason' as reason
    from unnest(${[...deviceIds]}::uuid[]) as t(id)
    cross join lateral (
      select device_id, rows from inventory_documents
      where authority_id = ${tx.authorityId} and device_id = t.id and class_name = 'ClientAction'
      limit 1
    ) as d
    cross join lateral jsonb_array_elements(d.rows) as r(value)
    where r.value->>'Action' = ${kind} and r.value->'Supported' = 'false'::jsonb`.execute(
    sqlOf(tx),
  );
  return new Map(
    rows.map((row) => [row.device_id, row.reason ?? 'The client of the device cannot do this.']),
  );
}
