import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Logger, rfc3339 } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { DocumentKey } from './store.ts';

const DAY_MS = 86_400_000;
const MAINTAIN_EVERY_MS = 6 * 3_600_000;
const RETRY_MS = 10 * 60_000;

/** The day of a time, `YYYY-MM-DD`, UTC. */
export function dayOf(timeMs: number): string {
  return rfc3339(timeMs).slice(0, 10);
}

/** Whether a document whose content came then is what a day before today ended with. */
export function endedADay(changedAt: number, now: number): boolean {
  return Math.floor(changedAt / DAY_MS) < Math.floor(now / DAY_MS);
}

/**
 * Keeps what is stored of these documents before they are written anew: in one statement, in the database, and only
 * once a day for each.
 */
export async function keepHistory(
  tx: Transaction,
  documents: readonly DocumentKey[],
  now: number,
): Promise<void> {
  if (documents.length === 0) return;
  await sql`insert into inventory_history (authority_id, device_id, class_name, replaced_on, since,
      hash, collected_at, received_at, row_count, size_bytes, rows)
    select ${tx.authorityId}::uuid, t.device_id, t.class_name, ${dayOf(now)}::date, found.*
    from unnest(
      ${documents.map(({ deviceId }) => deviceId)}::uuid[],
      ${documents.map(({ className }) => className)}::text[]
    ) as t(device_id, class_name)
    cross join lateral (
      select coalesce(changed_at, received_at), hash, collected_at, received_at, row_count,
        size_bytes, rows
      from inventory_documents
      where authority_id = ${tx.authorityId} and device_id = t.device_id
        and class_name = t.class_name
      limit 1
    ) as found
    on conflict do nothing`.execute(sqlOf(tx));
}

/** Makes the partitions of the days to come and drops those of days that are past keeping, until the signal. */
export async function maintainHistory(
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { authorityId, database, clock, logger } = deps;
  while (!signal.aborted) {
    let pauseMs = MAINTAIN_EVERY_MS;
    try {
      await database.transaction(authorityId, async (tx) => {
        await sql`select inventory_history_maintain()`.execute(sqlOf(tx));
      });
    } catch (error) {
      if (signal.aborted) return;
      // Somebody holds the table: documents go where they would without the partition, and it is tried again.
      logger.warn({ err: error }, 'partitions of the inventory history could not be kept');
      pauseMs = RETRY_MS;
    }
    await clock.sleep(pauseMs, { signal });
  }
}
