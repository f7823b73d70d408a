import { recordset, sqlOf } from '@moorline/db';
import { type ActionId, type BulkActionId, type DeviceId, rfc3339 } from '@moorline/kernel';
import {
  ACTION_STATES,
  type Action,
  type ActionCancellation,
  type ActionHop,
  type ActionResult,
  isFinalState,
} from '@moorline/model';
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

/** What is known of an action before it is stored. */
export type NewAction = Pick<
  StoredAction['row'],
  | 'id'
  | 'device_id'
  | 'origin'
  | 'kind'
  | 'state'
  | 'requested_at'
  | 'expires_at'
  | 'requested_by'
  | 'actor'
  | 'is_relayed'
  | 'bulk_id'
  | 'performer_id'
  | 'parameters'
>;

/** Stores actions with their hops in two statements; answers the ids that were new. */
export async function insertActions(
  tx: Transaction,
  actions: readonly { readonly row: NewAction; readonly hops: readonly ActionHop[] }[],
  now: number,
): Promise<ReadonlySet<string>> {
  if (actions.length === 0) return new Set();
  const rows = actions.map(({ row, hops }) => ({
    ...row,
    requested_at: rfc3339(row.requested_at.getTime()),
    expires_at: rfc3339(row.expires_at.getTime()),
    hop_count: hops.length,
  }));
  const columns = {
    id: 'uuid',
    device_id: 'uuid',
    origin: 'uuid',
    kind: 'text',
    state: 'text',
    requested_at: 'timestamptz',
    expires_at: 'timestamptz',
    requested_by: 'text',
    actor: 'jsonb',
    is_relayed: 'boolean',
    hop_count: 'integer',
    bulk_id: 'uuid',
    performer_id: 'uuid',
    parameters: 'jsonb',
  } as const;
  const names = sql.join(Object.keys(columns).map((name) => sql.ref(name)));
  const { rows: stored } = await sql<{ id: string }>`
    insert into actions (authority_id, moved_at, ${names})
    select ${tx.authorityId}::uuid, ${rfc3339(now)}::timestamptz, ${names}
    from ${recordset(rows, columns)}
    on conflict do nothing returning id`.execute(sqlOf(tx));
  const ids = new Set(stored.map((row) => row.id));
  await insertHops(
    tx,
    actions
      .filter(({ row }) => ids.has(row.id))
      .map(({ row, hops }) => ({ id: row.id, from: 0, hops })),
  );
  return ids;
}

/** An action that was just stored, as it would be read. */
export function storedNow(
  tx: Transaction,
  row: NewAction,
  hops: readonly ActionHop[],
  now: number,
): StoredAction {
  return {
    row: {
      ...row,
      authority_id: tx.authorityId,
      result: null,
      hop_count: hops.length,
      moved_at: new Date(now),
      cancel_requested_at: null,
      cancel_requested_by: null,
      cancel_actor: null,
      cancel_reason: null,
      cancel_open: false,
    },
    hops,
  };
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
      result = coalesce(t.result, a.result),
      cancel_open = a.cancel_open and t.state not in (${sql.join(FINAL_STATES)}), moved_at = ${rfc3339(now)}::timestamptz
    from ${recordset(rows, { id: 'uuid', state: 'text', hop_count: 'integer', result: 'jsonb' })}
    where a.authority_id = ${tx.authorityId} and a.id = t.id`.execute(sqlOf(tx));
  await insertHops(
    tx,
    moved.map(({ action, hops }) => ({ id: action.row.id, from: action.hops.length, hops })),
  );
}

/** How many actions of each device have not ended; a device without any is missing. */
export async function countOpen(
  tx: Transaction,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ device_id: string; count: string }>`
    select device_id, count(*) as count from actions
    where authority_id = ${tx.authorityId} and device_id = any(${[...deviceIds]}::uuid[])
      and ${IS_OPEN}
    group by device_id`.execute(sqlOf(tx));
  return new Map(rows.map((row) => [row.device_id, Number(row.count)]));
}

const FINAL_STATES = ACTION_STATES.filter(isFinalState);

/** The device of an action, as it matters to who may. */
export function deviceOf({ row }: StoredAction): {
  readonly id: string;
  readonly origin: string | null;
} {
  return { id: row.device_id, origin: row.origin };
}
/** The same of the table's rows. */
export const ACTION_DEVICE: Readonly<Record<'id' | 'origin', RawBuilder<unknown>>> = {
  id: sql`actions.device_id`,
  origin: sql`actions.origin`,
};

/** As the partial index has it. */
export const IS_OPEN: RawBuilder<boolean> = sql`
  state not in ('refused', 'succeeded', 'failed', 'expired', 'cancelled')`;
/** As the partial index has it. */
export const HAS_ENDED: RawBuilder<boolean> = sql`
  state in ('refused', 'succeeded', 'failed', 'expired', 'cancelled')`;

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
    bulkActionId: row.bulk_id as BulkActionId | null,
    cancellation: cancellationOf({ row, hops }),
  };
}

function cancellationOf({ row, hops }: StoredAction): ActionCancellation | null {
  const { cancel_requested_at: requestedAt, cancel_reason: reason } = row;
  if (requestedAt === null) return null;
  const cameTooLate = isFinalState(row.state) && row.state !== 'cancelled';
  return {
    requestedAt: rfc3339(requestedAt.getTime()),
    requestedBy: row.cancel_requested_by ?? '',
    reason: cameTooLate
      ? `It came too late. ${hops.at(-1)?.reason ?? ''}`.trim()
      : (reason ?? 'It was cancelled.'),
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
