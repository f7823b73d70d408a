import type { ConnectorDetail } from '@moorline/contracts/admin';
import { recordset, sqlOf } from '@moorline/db';
import { rfc3339 } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';

const MINUTE_MS = 60_000;
const BUCKET_MS = 15 * MINUTE_MS;
const BUCKETS = 96;

/** What a cycle saw of one connector. */
export interface ConnectorSample {
  readonly connectorId: string;
  readonly isConnected: boolean;
  /** Null when no probe was answered. */
  readonly roundTripMs: number | null;
}

/** Keeps what a cycle saw, a row per connector and minute, and forgets what is older than a day. */
export async function keepSamples(
  tx: Transaction,
  samples: readonly ConnectorSample[],
  now: number,
): Promise<void> {
  if (samples.length === 0) return;
  const minute = rfc3339(Math.floor(now / MINUTE_MS) * MINUTE_MS);
  const rows = samples.map(({ connectorId, isConnected, roundTripMs }) => ({
    id: connectorId,
    connected: isConnected,
    rtt: roundTripMs,
  }));
  await sql`insert into connector_minutes (authority_id, connector_id, minute, connected, round_trip_ms)
    select ${tx.authorityId}::uuid, id, ${minute}::timestamptz, connected, rtt
    from ${recordset(rows, { id: 'uuid', connected: 'boolean', rtt: 'integer' })}
    on conflict (authority_id, connector_id, minute) do update
    set connected = excluded.connected, round_trip_ms = excluded.round_trip_ms`.execute(sqlOf(tx));
  const oldest = rfc3339(now - BUCKETS * BUCKET_MS - BUCKET_MS);
  await sql`delete from connector_minutes
    where authority_id = ${tx.authorityId} and connector_id = any(${rows.map(({ id }) => id)}::uuid[])
      and minute < ${oldest}::timestamptz`.execute(sqlOf(tx));
}

/** The last 24 h of a connector in quarters of an hour. */
export async function readUptime(
  tx: Transaction,
  connectorId: string,
  now: number,
): Promise<ConnectorDetail['connection']['uptime']> {
  const end = Math.floor(now / BUCKET_MS) * BUCKET_MS + BUCKET_MS;
  const start = end - BUCKETS * BUCKET_MS;
  const { rows } = await sql<{ bucket: number; minutes: number; connected: number; rtt: number }>`
    select (floor(extract(epoch from minute - ${rfc3339(start)}::timestamptz) / ${BUCKET_MS / 1000}))::int as bucket,
      count(*)::int as minutes, (count(*) filter (where connected))::int as connected,
      (percentile_cont(0.5) within group (order by round_trip_ms))::int as rtt
    from connector_minutes
    where authority_id = ${tx.authorityId} and connector_id = ${connectorId}
      and minute >= ${rfc3339(start)}::timestamptz
    group by 1`.execute(sqlOf(tx));
  const byBucket = new Map(rows.map((row) => [row.bucket, row]));
  const buckets = Array.from({ length: BUCKETS }, (_, index) => {
    const row = byBucket.get(index);
    return {
      startDateTime: rfc3339(start + index * BUCKET_MS),
      minutes: row?.minutes ?? 0,
      connectedMinutes: row?.connected ?? 0,
      roundTripMs: row?.rtt ?? null,
    };
  });
  const minutes = buckets.reduce((sum, bucket) => sum + bucket.minutes, 0);
  const connected = buckets.reduce((sum, bucket) => sum + bucket.connectedMinutes, 0);
  return {
    percent: minutes === 0 ? null : Math.round((connected / minutes) * 10_000) / 100,
    buckets,
  };
}
