import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type ConnectorId, rfc3339 } from '@moorline/kernel';
import { sql } from 'kysely';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Span {
  /** Actions that ended at the device. */
  readonly count: number;
  /** From the request to the end; null when none ended. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** How the actions for the devices of one origin went. */
export interface ActionFigures {
  /** Not ended yet. */
  readonly inFlight: number;
  readonly lastHour: Span;
  readonly lastDay: Span;
  readonly oldestWaiting: {
    readonly id: string;
    readonly action: string;
    readonly managedDeviceId: string;
    readonly requestedDateTime: string;
    /** Of its last hop. */
    readonly reason: string;
  } | null;
}

/** Reads the figures of one origin; reads no more than a day's actions and those that are open. */
export function actionFigures(
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    readonly clock: Clock;
  },
  origin: ConnectorId,
): Promise<ActionFigures> {
  const { authorityId } = deps;
  const now = deps.clock.now();
  return deps.database.read(authorityId, async (tx) => {
    const spans = await sql<{ count: number; p50: number | null; p99: number | null }>`
      select count(moved_at)::int as count,
        (percentile_cont(0.5) within group (order by took))::int as p50,
        (percentile_cont(0.99) within group (order by took))::int as p99
      from unnest(array[${rfc3339(now - HOUR_MS)}::timestamptz, ${rfc3339(now - DAY_MS)}::timestamptz])
        with ordinality as span(since, place)
      left join lateral (
        select moved_at, extract(epoch from moved_at - requested_at) * 1000 as took from actions
        where authority_id = ${authorityId} and origin = ${origin}
          and state in ('succeeded', 'failed') and requested_at >= span.since
      ) as ended on true
      group by span.place order by span.place`.execute(sqlOf(tx));
    const open = await sql<{
      id: string;
      kind: string;
      device_id: string;
      requested_at: Date;
      reason: string | null;
      total: number;
    }>`
      select id, kind, device_id, requested_at, count(*) over ()::int as total,
        (select reason from action_hops h where h.authority_id = actions.authority_id
          and h.action_id = actions.id order by sequence desc limit 1) as reason
      from actions
      where authority_id = ${authorityId} and origin = ${origin}
        and state not in ('refused', 'succeeded', 'failed', 'expired', 'cancelled')
      order by requested_at, id limit 1`.execute(sqlOf(tx));
    const [oldest] = open.rows;
    return {
      inFlight: oldest?.total ?? 0,
      lastHour: spanOf(spans.rows[0]),
      lastDay: spanOf(spans.rows[1]),
      oldestWaiting: oldest
        ? {
            id: oldest.id,
            action: oldest.kind,
            managedDeviceId: oldest.device_id,
            requestedDateTime: oldest.requested_at.toISOString(),
            reason: oldest.reason ?? '',
          }
        : null,
    };
  });
}

function spanOf(row: { count: number; p50: number | null; p99: number | null } | undefined): Span {
  return { count: row?.count ?? 0, p50Ms: row?.p50 ?? null, p99Ms: row?.p99 ?? null };
}
