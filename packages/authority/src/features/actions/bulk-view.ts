import type { BulkActionAnswer, BulkActionDevice } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import { isUuid, rfc3339 } from '@moorline/kernel';
import { type Actor, actorName, reachOf } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import { authorize, reachedOf, reachSql } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type BulkRow, lockBulk, timeOrNull } from './bulk.ts';
import { cancelStored } from './cancel.ts';
import type { ActionParts } from './context.ts';
import { actionErrors } from './errors.ts';
import { deviceOf, IS_OPEN, selectActions } from './store.ts';
import type { ActionTables } from './tables.ts';

/** Actions cancelled in one transaction. */
const CHUNK = 500;

/** A page of devices of a bulk action, by id. */
export interface BulkDevicesPage {
  readonly items: readonly BulkActionDevice[];
  /** Give it to get what follows; null: that was all. */
  readonly next: string | null;
}

/** How bulk actions stand, and how they are ended. */
export interface BulkView {
  /** The newest, at most `top`. Needs `actions.read`. */
  list(actor: Actor, top: number): Promise<readonly BulkActionAnswer[]>;
  /** @throws `access.denied`, `actions.bulk_not_found` */
  read(actor: Actor, id: string): Promise<BulkActionAnswer>;
  /** @throws `access.denied`, `actions.bulk_not_found` */
  devices(
    actor: Actor,
    id: string,
    page: { readonly top: number; readonly after: string | null },
  ): Promise<BulkDevicesPage>;
  /**
   * Cancels what of it has not ended: what came too late goes on. Idempotent. Needs `actions.cancel`.
   * @throws `access.denied`, `actions.bulk_not_found`
   */
  cancel(actor: Actor, id: string): Promise<BulkActionAnswer>;
}

export function createBulkView(deps: ActionParts): BulkView {
  const { database, clock } = deps;
  const { authorityId } = deps.profile;

  async function require(tx: Transaction, id: string): Promise<BulkRow> {
    const row = isUuid(id)
      ? await sqlOf<ActionTables>(tx)
          .selectFrom('bulk_actions')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .executeTakeFirst()
      : undefined;
    if (!row) throw actionErrors.bulkNotFound({ id: id.slice(0, 64) });
    return row;
  }

  async function cancelSome(actor: Actor, id: string, after: string): Promise<string | null> {
    return database.transaction(authorityId, async (tx) => {
      const open = await selectActions(
        tx,
        sql`bulk_id = ${id} and ${IS_OPEN} and id > ${after}::uuid`,
        { limit: CHUNK, lock: 'wait' },
      );
      const reach = reachOf(actor, 'actions.cancel');
      const isReached = await reachedOf(tx, reach, open.map(deviceOf));
      await cancelStored(
        tx,
        deps,
        actor,
        open.filter((action) => isReached(deviceOf(action))),
      );
      return open.length === CHUNK ? (open.at(-1)?.row.id ?? null) : null;
    });
  }

  return {
    async list(actor, top) {
      authorize(actor, 'actions.read');
      return database.read(authorityId, async (tx) => {
        const rows = await sqlOf<ActionTables>(tx)
          .selectFrom('bulk_actions')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .orderBy('requested_at', 'desc')
          .orderBy('id', 'desc')
          .limit(top)
          .execute();
        return answers(tx, rows);
      });
    },
    async read(actor, id) {
      return database.read(authorityId, async (tx) => {
        const row = await require(tx, id);
        authorize(actor, 'actions.read');
        return answerOf(tx, row);
      });
    },
    async devices(actor, id, { top, after }) {
      return database.read(authorityId, async (tx) => {
        await require(tx, id);
        authorize(actor, 'actions.read');
        const columns = { id: sql`d.id`, origin: sql`d.origin` };
        const inReach = reachSql(tx, reachOf(actor, 'actions.read'), columns);
        const { rows } = await sql<{
          device_id: string;
          name: string | null;
          outcome: string;
          outcome_reason: string | null;
          action_id: string | null;
          state: string | null;
          reason: string | null;
          message: string | null;
        }>`select b.device_id, d.name, b.outcome, b.reason as outcome_reason, a.id as action_id,
              a.state, h.reason, a.result->>'message' as message
            from (
              select device_id, outcome, reason from bulk_action_devices
              where authority_id = ${authorityId} and bulk_id = ${id}
                and device_id > ${after ?? ''}
              order by device_id limit ${top + 1}
            ) as b
            left join actions a on a.authority_id = ${authorityId} and a.bulk_id = ${id}
              and b.outcome = 'accepted' and a.device_id::text = b.device_id
            left join action_hops h on h.authority_id = ${authorityId} and h.action_id = a.id
              and h.sequence = a.hop_count
            left join devices d on d.authority_id = ${authorityId}
              and d.id = case when b.outcome <> 'notFound' then b.device_id::uuid end
            where ${inReach}
            order by b.device_id`.execute(sqlOf(tx));
        const shown = rows.slice(0, top);
        return {
          items: shown.map((row) => ({
            managedDeviceId: row.device_id,
            deviceName: row.name,
            state: row.state ?? (row.outcome === 'accepted' ? 'forgotten' : row.outcome),
            reason: row.message ?? row.reason ?? row.outcome_reason ?? '',
            actionId: row.action_id,
          })),
          next: rows.length > top ? (shown.at(-1)?.device_id ?? null) : null,
        };
      });
    },
    async cancel(actor, id) {
      await database.transaction(authorityId, async (tx) => {
        await require(tx, id);
        authorize(actor, 'actions.cancel');
        const row = await lockBulk(tx, id);
        if (!row || row.cancelled_at) return;
        await sqlOf<ActionTables>(tx)
          .updateTable('bulk_actions')
          .set({ cancelled_at: new Date(clock.now()), cancelled_by: actorName(actor) })
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .execute();
        await recordAudit(tx, {
          activity: 'actions.cancel_bulk',
          actor: actorName(actor),
          target: id,
          result: 'success',
          details: { action: row.kind, devices: row.device_count },
          at: clock.now(),
        });
      });
      let after: string | null = NIL;
      while (after !== null) after = await cancelSome(actor, id, after);
      return database.read(authorityId, async (tx) => answerOf(tx, await require(tx, id)));
    },
  };
}

const NIL = '00000000-0000-0000-0000-000000000000';

async function answerOf(tx: Transaction, row: BulkRow): Promise<BulkActionAnswer> {
  const [answer] = await answers(tx, [row]);
  if (!answer) throw new Error('an answer for each row');
  return answer;
}

/** The rows with their counts, in two statements for all of them. */
async function answers(
  tx: Transaction,
  rows: readonly BulkRow[],
): Promise<readonly BulkActionAnswer[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const { rows: states } = await sql<{ bulk_id: string; what: string; count: string }>`
    select bulk_id, what, count(*) as count from (
      select bulk_id, case when state = 'failed' and result->'details'->>'code' = 'notSupported'
        then 'notSupported' else state end as what
      from actions where authority_id = ${tx.authorityId} and bulk_id = any(${ids}::uuid[])
      union all
      select bulk_id, outcome as what from bulk_action_devices
      where authority_id = ${tx.authorityId} and bulk_id = any(${ids}::uuid[])
        and outcome <> 'accepted'
    ) as t group by bulk_id, what`.execute(sqlOf(tx));
  const byBulk = Map.groupBy(states, (state) => state.bulk_id);
  return rows.map((row) => {
    const counts = { ...NO_COUNTS };
    for (const { what, count } of byBulk.get(row.id) ?? []) {
      counts[COUNTED_AS[what] ?? 'queued'] += Number(count);
    }
    return {
      id: row.id,
      action: row.kind,
      requestedDateTime: rfc3339(row.requested_at.getTime()),
      expirationDateTime: rfc3339(row.expires_at.getTime()),
      requestedBy: row.requested_by,
      cancelledDateTime: timeOrNull(row.cancelled_at),
      cancelledBy: row.cancelled_by,
      isFinal: counts.waiting + counts.queued + counts.running === 0,
      deviceCount: row.device_count,
      counts,
    };
  });
}

type Counts = BulkActionAnswer['counts'];
const NO_COUNTS: Counts = {
  waiting: 0,
  queued: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  refused: 0,
  expired: 0,
  cancelled: 0,
  notSupported: 0,
  notFound: 0,
};

/** What is not here is on its way to its device. */
const COUNTED_AS: Readonly<Record<string, keyof Counts>> = {
  waiting: 'waiting',
  deliveredToDevice: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  refused: 'refused',
  expired: 'expired',
  cancelled: 'cancelled',
  notSupported: 'notSupported',
  notFound: 'notFound',
};
