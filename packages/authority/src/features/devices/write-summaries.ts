import { appendChanges, recordset, sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import type { DeviceSummary } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import { SUMMARY_COLUMN, SUMMARY_TYPES, summaryRow } from './summary.ts';
import { SUMMARY_COLUMNS } from './tables.ts';

/** What the inventory says anew of a device. */
export interface SummaryChange {
  readonly id: DeviceId;
  readonly summary: DeviceSummary;
  /** The fields of `summary` that are meant; the row keeps its others. */
  readonly fields: readonly (keyof DeviceSummary)[];
}

/**
 * Writes summaries that were made anew, in one statement, and notes in the change log the devices whose rows differ
 * now: those are answered. A name that is not known keeps the one from before. The caller holds the rows.
 */
export async function writeSummaries(
  tx: Transaction,
  changes: readonly SummaryChange[],
): Promise<readonly DeviceId[]> {
  if (changes.length === 0) return [];
  const input = changes.map(({ id, summary, fields }) => ({
    id,
    ...summaryRow(summary),
    written: fields
      .filter((field) => field !== 'name' || summary.name !== null)
      .map((field) => SUMMARY_COLUMN[field]),
  }));
  const next = SUMMARY_COLUMNS.map(
    (column): RawBuilder<unknown> =>
      sql`case when ${sql.lit(column)} = any(t.written) then ${sql.ref(`t.${column}`)} else ${sql.ref(`d.${column}`)} end`,
  );
  const targets = SUMMARY_COLUMNS.map((column) => sql.ref(`d.${column}`));
  const { rows } = await sql<{ id: DeviceId }>`
    update devices d set (${sql.join(SUMMARY_COLUMNS.map((column) => sql.ref(column)))}) = row(${sql.join(next)})
    from ${recordset(input, { id: 'uuid', ...SUMMARY_TYPES, written: 'text[]' })}
    where d.authority_id = ${tx.authorityId} and d.id = t.id
      and (${sql.join(targets)}) is distinct from (${sql.join(next)})
    returning d.id`.execute(sqlOf(tx));
  const ids = rows.map((row) => row.id);
  await appendChanges(tx, 'device', ids);
  return ids;
}
