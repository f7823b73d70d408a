import { createHash } from 'node:crypto';
import { recordset, sqlOf } from '@moorline/db';
import { type BulkActionId, isUuid, MoorlineError, rfc3339, uuidv7 } from '@moorline/kernel';
import {
  ACTION_PERMISSIONS,
  type ActionKind,
  type Actor,
  actorName,
  type Permission,
  reachOf,
} from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { type Selectable, sql } from 'kysely';
import { authorize, type DeviceGate, openDeviceGate, permissionHere } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type DeviceRow, deviceErrors, lockDevices } from '../devices/index.ts';
import { unsupportedOn } from './capabilities.ts';
import type { ActionParts } from './context.ts';
import { actionErrors } from './errors.ts';
import {
  expiryOf,
  type MadeAction,
  makeAction,
  mayTakeAnother,
  requesterOf,
  storeRequested,
} from './request.ts';
import { countOpen } from './store.ts';
import type { ActionTables, BulkOutcome } from './tables.ts';
import { planWakes } from './wake.ts';

/** Devices of one transaction. */
const CHUNK = 500;

export type BulkRow = Selectable<ActionTables['bulk_actions']>;

export interface BulkRequest {
  readonly kind: ActionKind;
  readonly deviceIds: readonly string[];
  /** RFC 3339; absent: the default. */
  readonly expiresAt?: string;
  /** The caller's own id of the request: a repeat answers the first. */
  readonly requestId?: string;
}

/** What came of the devices of a bulk action, once each has been looked at. */
export interface BulkResult {
  readonly id: BulkActionId;
  readonly outcomes: ReadonlyMap<string, BulkOutcome>;
}

/** Requests an action for many devices, chunk by chunk; what a stop leaves is gone on with. */
export interface BulkRequests {
  /** @throws `access.denied`, `actions.request_id_reused`, `actions.expiry_invalid`, `actions.expired` */
  request(actor: Actor, request: BulkRequest): Promise<BulkResult>;
  /** Goes on with bulk actions whose devices have not all been looked at. */
  resume(signal: AbortSignal): Promise<void>;
}

export function createBulkRequests(deps: ActionParts): BulkRequests {
  const { database, clock } = deps;
  const { authorityId } = deps.profile;

  async function begin(actor: Actor, request: BulkRequest): Promise<BulkActionId> {
    return database.transaction(authorityId, async (tx) => {
      const ids = [...new Set(request.deviceIds)].sort();
      await authorizeSome(tx, deps, actor, request.kind, ids);
      const devicesHash = createHash('sha256').update(JSON.stringify(ids)).digest('hex');
      const key = request.requestId === undefined ? null : requestKey(actor, request.requestId);
      const expiresAt = await expiryOf(tx, deps, request.expiresAt);
      const id = uuidv7<BulkActionId>(clock, deps.entropy);
      const now = clock.now();
      const { numAffectedRows } = await sql`insert into bulk_actions
          (authority_id, id, kind, requested_at, expires_at, requested_by, actor, request_key,
            devices_hash, device_count)
        values (${authorityId}, ${id}, ${request.kind}, ${new Date(now)}, ${new Date(expiresAt)},
          ${requesterOf(actor, deps.profile.name)}, ${JSON.stringify(actor)}::jsonb, ${key},
          ${devicesHash}, ${ids.length})
        on conflict do nothing`.execute(sqlOf(tx));
      if (numAffectedRows === 0n) {
        const known = await sqlOf<ActionTables>(tx)
          .selectFrom('bulk_actions')
          .select(['id', 'kind', 'devices_hash'])
          .where('authority_id', '=', authorityId)
          .where('request_key', '=', key)
          .executeTakeFirstOrThrow();
        if (known.kind !== request.kind || known.devices_hash !== devicesHash) {
          throw actionErrors.requestIdReused({ requestId: request.requestId ?? '' });
        }
        return known.id as BulkActionId;
      }
      const rows = ids.map((device_id) => ({ device_id }));
      await sql`insert into bulk_action_devices (authority_id, bulk_id, device_id, outcome)
        select ${authorityId}::uuid, ${id}::uuid, device_id, 'waiting'
        from ${recordset(rows, { device_id: 'text' })}`.execute(sqlOf(tx));
      await recordAudit(tx, {
        activity: 'actions.request_bulk',
        actor: actorName(actor),
        target: id,
        result: 'success',
        details: { action: request.kind, devices: ids.length, first: ids.slice(0, 10) },
        at: now,
      });
      return id;
    });
  }

  /** False when there was nothing left to look at. */
  async function lookAtSome(id: BulkActionId): Promise<boolean> {
    return database.transaction(authorityId, async (tx) => {
      // One at a time: a repeat of the request waits for the first.
      const bulk = await lockBulk(tx, id);
      const { rows } = await sql<{ device_id: string }>`select device_id from bulk_action_devices
        where authority_id = ${authorityId} and bulk_id = ${id} and outcome = 'waiting'
        order by device_id limit ${CHUNK}`.execute(sqlOf(tx));
      if (!bulk || rows.length === 0) return false;
      const judged = await judge(
        tx,
        deps,
        bulk,
        rows.map((row) => row.device_id),
      );
      await storeRequested(
        tx,
        deps,
        judged.flatMap(({ made }) => made ?? []),
      );
      await writeOutcomes(tx, id, judged);
      return rows.length === CHUNK;
    });
  }

  return {
    async request(actor, request) {
      const id = await begin(actor, request);
      while (await lookAtSome(id));
      const outcomes = await database.read(authorityId, async (tx) => {
        const rows = await sqlOf<ActionTables>(tx)
          .selectFrom('bulk_action_devices')
          .select(['device_id', 'outcome'])
          .where('authority_id', '=', authorityId)
          .where('bulk_id', '=', id)
          .execute();
        return new Map(rows.map((row) => [row.device_id, row.outcome]));
      });
      return { id, outcomes };
    },
    async resume(signal) {
      const { rows } = await database.read(authorityId, (tx) =>
        sql<{ id: BulkActionId }>`select distinct bulk_id as id from bulk_action_devices
          where authority_id = ${authorityId} and outcome = 'waiting' limit 10`.execute(sqlOf(tx)),
      );
      for (const { id } of rows) {
        while (await lookAtSome(id)) signal.throwIfAborted();
      }
    },
  };
}

/** Refuses who may ask for it at none of the authorities that manage these devices. */
async function authorizeSome(
  tx: Transaction,
  deps: ActionParts,
  actor: Actor,
  kind: ActionKind,
  ids: readonly string[],
): Promise<void> {
  const { rows } = await sql<{ origin: string | null }>`select distinct origin from devices
    where authority_id = ${tx.authorityId} and id = any(${ids.filter(isUuid)}::uuid[])`.execute(
    sqlOf(tx),
  );
  const needed = rows.map(({ origin }) =>
    permissionHere(deps.remotes, origin, ACTION_PERMISSIONS[kind]),
  );
  const asked = new Set(needed.length > 0 ? needed : [ACTION_PERMISSIONS[kind]]);
  const isHeld = (permission: Permission): boolean =>
    actor.kind === 'system' || reachOf(actor, permission) !== undefined;
  if (![...asked].some(isHeld)) authorize(actor, [...asked][0] ?? ACTION_PERMISSIONS[kind]);
}

interface Judged {
  readonly deviceId: string;
  readonly outcome: Exclude<BulkOutcome, 'waiting'>;
  readonly reason: string | null;
  readonly made?: MadeAction;
}

/** What comes of each device, authorized on what is loaded of it. */
async function judge(
  tx: Transaction,
  deps: ActionParts,
  bulk: BulkRow,
  deviceIds: readonly string[],
): Promise<readonly Judged[]> {
  const known = await lockDevices(tx, deviceIds.filter(isUuid));
  const gateOf = await openGates(tx, deps, bulk, [...known.values()]);
  const own = [...known.values()].filter((device) => device.origin === null);
  const unsupported = await unsupportedOn(
    tx,
    own.map((device) => device.id),
    bulk.kind,
  );
  const open = await countOpen(tx, [...known.keys()]);
  const wakes = bulk.kind === 'wakeUpClient' ? await planWakes(tx, deps, own) : undefined;
  const plan = {
    actor: bulk.actor,
    kind: bulk.kind,
    requestedAt: bulk.requested_at.getTime(),
    expiresAt: bulk.expires_at.getTime(),
    bulkId: bulk.id,
  };
  return deviceIds.map((deviceId): Judged => {
    const device = known.get(deviceId);
    const notFound = (): MoorlineError => deviceErrors.notFound({ id: deviceId });
    try {
      if (!device) throw notFound();
      gateOf(device)(device, notFound);
      const reason = unsupported.get(deviceId);
      if (reason !== undefined) return { deviceId, outcome: 'notSupported', reason };
      const count = open.get(deviceId) ?? 0;
      if (!mayTakeAnother(count)) throw actionErrors.tooManyOpen({ count });
      if (bulk.cancelled_at) return { deviceId, outcome: 'failed', reason: 'It was cancelled.' };
      const made = makeAction(deps, plan, device, { wake: wakes?.get(deviceId) });
      return { deviceId, outcome: 'accepted', reason: null, made };
    } catch (error) {
      if (!(error instanceof MoorlineError) || error.kind !== 'failure') throw error;
      const isUnknown = error.code === deviceErrors.notFound.spec.code;
      return { deviceId, outcome: isUnknown ? 'notFound' : 'failed', reason: error.message };
    }
  });
}

/** The gate of each device: of one whose authority decides alone, another permission is asked for here. */
async function openGates(
  tx: Transaction,
  deps: ActionParts,
  { actor, kind }: BulkRow,
  devices: readonly DeviceRow[],
): Promise<(device: DeviceRow) => DeviceGate> {
  const permissionOf = (device: DeviceRow): Permission =>
    permissionHere(deps.remotes, device.origin, ACTION_PERMISSIONS[kind]);
  const gates = new Map<Permission, DeviceGate>();
  for (const [permission, group] of Map.groupBy(devices, permissionOf)) {
    try {
      gates.set(permission, await openDeviceGate(tx, actor, permission, group));
    } catch (error) {
      if (!(error instanceof MoorlineError) || error.kind !== 'failure') throw error;
      gates.set(permission, () => {
        throw error;
      });
    }
  }
  return (device) => {
    const gate = gates.get(permissionOf(device));
    if (!gate) throw new Error('a gate for every device');
    return gate;
  };
}

async function writeOutcomes(
  tx: Transaction,
  id: BulkActionId,
  judged: readonly Judged[],
): Promise<void> {
  const rows = judged.map(({ deviceId, outcome, reason }) => ({
    device_id: deviceId,
    outcome,
    reason,
  }));
  await sql`update bulk_action_devices d set outcome = t.outcome, reason = t.reason
    from ${recordset(rows, { device_id: 'text', outcome: 'text', reason: 'text' })}
    where d.authority_id = ${tx.authorityId} and d.bulk_id = ${id}
      and d.device_id = t.device_id`.execute(sqlOf(tx));
}

/** The bulk action; nobody else changes it until the transaction ends. */
export async function lockBulk(tx: Transaction, id: string): Promise<BulkRow | undefined> {
  return sqlOf<ActionTables>(tx)
    .selectFrom('bulk_actions')
    .selectAll()
    .where('authority_id', '=', tx.authorityId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

function requestKey(actor: Actor, requestId: string): string {
  const who = actor.kind === 'user' ? actor.userId : actor.name;
  return `${who} ${requestId.slice(0, 128)}`;
}

/** RFC 3339, or null. */
export function timeOrNull(time: Date | null): string | null {
  return time && rfc3339(time.getTime());
}
