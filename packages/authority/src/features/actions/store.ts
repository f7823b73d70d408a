import { recordset, sqlOf } from '@moorline/db';
import { type ActionId, type DeviceId, rfc3339 } from '@moorline/kernel';
import type { Action, ActionHop, ActionResult } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { ActionTables } from './tables.ts';

/** An action with its trail. */
export interface StoredAction {
  readonly row: Selectable<ActionTables['actions']>;
  readonly hops: readonly ActionHop[];
}

/** What is added to an action, and its result when it ended by it. */
export interface Advance {
  readonly action: StoredAction;
  readonly hops: readonly ActionHop[];
  readonly result: ActionResult | null;
}

const HOPS: RawBuilder<readonly ActionHop[]> = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('state', h.state, 'at', h.at, 'place', h.place,
    'placeName', h.place_name, 'reason', h.reason) order by h.sequence), '[]'::jsonb)
  from action_hops h
  where h.authority_id = actions.authority_id and h.action_id = actions.id
) as hops`;

/** Actions that satisfy the condition. `lock`: they stay as they are until the transaction ends. */
export async function selectActions(
  tx: Transaction,
  condition: RawBuilder<unknown>,
  options: {
    readonly order?: RawBuilder<unknown>;
    readonly limit?: number;
    readonly lock?: 'wait' | 'skip';
  } = {},
): Promise<readonly StoredAction[]> {
  const { order = sql`id`, limit, lock } = options;
  const { rows } = await sql<StoredAction['row'] & { hops: readonly ActionHop[] }>`
    select actions.*, ${HOPS} from actions
    where authority_id = ${tx.authorityId} and ${condition}
    order by ${order}
    ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ${lock === undefined ? sql`` : lock === 'wait' ? sql`for update` : sql`for update skip locked`}`.execute(
    sqlOf(tx),
  );
  return rows.map(({ hops, ...row }) => ({ row, hops: hops.map(hopOf) }));
}

export async function findAction(
  tx: Transaction,
  id: string,
  options: { readonly lock?: 'wait' } = {},
): Promise<StoredAction | undefined> {
  const [found] = await selectActions(tx, sql`id = ${id}`, options);
  return found;
}

/** False when there is an action of that id already. */
export async function insertAction(
  tx: Transaction,
  row: Omit<StoredAction['row'], 'authority_id' | 'hop_count' | 'moved_at' | 'result'>,
  hops: readonly ActionHop[],
  now: number,
): Promise<boolean> {
  const { numAffectedRows } = await sql`insert into actions
      (authority_id, id, device_id, origin, kind, state, requested_at, expires_at, requested_by,
        actor, is_relayed, hop_count, moved_at)
    values (${tx.authorityId}, ${row.id}, ${row.device_id}, ${row.origin}, ${row.kind}, ${row.state},
      ${row.requested_at}, ${row.expires_at}, ${row.requested_by}, ${JSON.stringify(row.actor)}::jsonb,
      ${row.is_relayed}, ${hops.length}, ${new Date(now)})
    on conflict do nothing`.execute(sqlOf(tx));
  if (numAffectedRows === 0n) return false;
  await insertHops(tx, [{ id: row.id, from: 0, hops }]);
  return true;
}

/** Adds hops to actions that the caller has locked. */
export async function advanceActions(
  tx: Transaction,
  advances: readonly Advance[],
  now: number,
): Promise<void> {
  const moved = advances.filter(({ hops }) => hops.length > 0);
  if (moved.length === 0) return;
  const rows = moved.map(({ action, hops, result }) => ({
    id: action.row.id,
    state: hops.at(-1)?.state,
    hop_count: action.hops.length + hops.length,
    result,
  }));
  await sql`update actions a set state = t.state, hop_count = t.hop_count,
      result = coalesce(t.result, a.result), moved_at = ${rfc3339(now)}::timestamptz
    from ${recordset(rows, { id: 'uuid', state: 'text', hop_count: 'integer', result: 'jsonb' })}
    where a.authority_id = ${tx.authorityId} and a.id = t.id`.execute(sqlOf(tx));
  await insertHops(
    tx,
    moved.map(({ action, hops }) => ({ id: action.row.id, from: action.hops.length, hops })),
  );
}

export async function countOpen(tx: Transaction, deviceId: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) as count from actions
    where authority_id = ${tx.authorityId} and device_id = ${deviceId} and ${IS_OPEN}`.execute(
    sqlOf(tx),
  );
  return Number(rows[0]?.count ?? 0);
}

/** As the partial index has it. */
export const IS_OPEN: RawBuilder<boolean> = sql`
  state not in ('refused', 'succeeded', 'failed', 'expired', 'cancelled')`;

export function actionOf({ row, hops }: StoredAction): Action {
  return {
    id: row.id as ActionId,
    deviceId: row.device_id as DeviceId,
    kind: row.kind,
    state: row.state,
    requestedAt: rfc3339(row.requested_at.getTime()),
    expiresAt: rfc3339(row.expires_at.getTime()),
    requestedBy: row.requested_by,
    hops,
    result: row.result,
  };
}

async function insertHops(
  tx: Transaction,
  additions: readonly {
    readonly id: string;
    readonly from: number;
    readonly hops: readonly ActionHop[];
  }[],
): Promise<void> {
  const rows = additions.flatMap(({ id, from, hops }) =>
    hops.map((hop, index) => ({
      action_id: id,
      sequence: from + index + 1,
      state: hop.state,
      at: hop.at,
      place: hop.place,
      place_name: hop.placeName,
      reason: hop.reason,
    })),
  );
  await sql`insert into action_hops
      (authority_id, action_id, sequence, state, at, place, place_name, reason)
    select ${tx.authorityId}::uuid, action_id, sequence, state, at, place, place_name, reason
    from ${recordset(rows, { action_id: 'uuid', sequence: 'smallint', state: 'text', at: 'timestamptz', place: 'text', place_name: 'text', reason: 'text' })}`.execute(
    sqlOf(tx),
  );
}

// jsonb writes a time with the session's offset.
function hopOf(hop: ActionHop): ActionHop {
  return { ...hop, at: rfc3339(Date.parse(hop.at)) };
}
