import { type ActionId, type ConnectorId, type DeviceId, rfc3339, uuidv7 } from '@moorline/kernel';
import {
  ACTION_PERMISSIONS,
  type Action,
  type ActionHop,
  type ActionKind,
  type ActionState,
  type Actor,
  actorName,
} from '@moorline/model';
import type { DeviceAdministration, Transaction } from '@moorline/model/ports';
import { authorizeDevice, permissionHere } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type DeviceRow, deviceErrors, requireDevice } from '../devices/index.ts';
import { type ActionParts, changed, ownHop } from './context.ts';
import { actionErrors } from './errors.ts';
import { allowedReason, deviceWait, remoteWait } from './reasons.ts';
import {
  actionOf,
  countOpen,
  findAction,
  insertActions,
  type NewAction,
  storedNow,
} from './store.ts';
import { planWakes, type WakePlan } from './wake.ts';

const MAX_OPEN = 50;
const MINUTE_MS = 60_000;

type Request = Parameters<DeviceAdministration['requestAction']>[1];

/** Requests an action in the open transaction; the device is told after its commit. */
export async function requestInTransaction(
  tx: Transaction,
  deps: ActionParts,
  actor: Actor,
  request: Request,
): Promise<Action> {
  // The lock makes requests for one device follow one another: a repeat finds the first.
  const device = await requireDevice(tx, request.deviceId, { lock: true });
  const permission = permissionHere(deps.remotes, device.origin, ACTION_PERMISSIONS[request.kind]);
  await authorizeDevice(tx, actor, permission, device, () =>
    deviceErrors.notFound({ id: device.id }),
  );
  if (request.id !== undefined) {
    const known = await findAction(tx, request.id);
    if (known) {
      if (known.row.device_id !== device.id || known.row.kind !== request.kind) {
        throw actionErrors.idTaken({ id: request.id });
      }
      return actionOf(known);
    }
  }
  const now = deps.clock.now();
  const expiresAt = await expiryOf(tx, deps, request.expiresAt);
  const count = (await countOpen(tx, [device.id])).get(device.id) ?? 0;
  if (count >= MAX_OPEN) throw actionErrors.tooManyOpen({ count });
  const plan = { actor, kind: request.kind, expiresAt, requestedAt: now, bulkId: null };
  const relayedId = request.id ?? null;
  const isWake = request.kind === 'wakeUpClient' && device.origin === null;
  const wake = isWake ? (await planWakes(tx, deps, [device])).get(device.id) : undefined;
  const made = makeAction(deps, plan, device, { relayedId, wake });
  await storeRequested(tx, deps, [made]);
  await recordAudit(tx, {
    activity: 'actions.request',
    actor: actorName(actor),
    target: device.id,
    result: 'success',
    details: { action: request.kind, actionId: made.row.id, deviceName: device.name },
    at: now,
  });
  return actionOf(storedNow(tx, made.row, made.hops, now));
}

/** What the actions of one request have in common. */
export interface ActionPlan {
  readonly actor: Actor;
  readonly kind: ActionKind;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly bulkId: string | null;
}

/** An action for a device that the transaction has locked. */
export interface MadeAction {
  readonly row: NewAction;
  readonly hops: readonly ActionHop[];
}

/** @throws `devices.managed_elsewhere` when the device's authority cannot be reached from here at all */
export function makeAction(
  deps: ActionParts,
  plan: ActionPlan,
  device: DeviceRow,
  options: { readonly relayedId?: ActionId | null; readonly wake?: WakePlan | undefined } = {},
): MadeAction {
  const { wake } = options;
  const relayedId = options.relayedId ?? null;
  const hops = firstHops(deps, plan.actor, device, relayedId !== null, wake);
  return {
    hops,
    row: {
      id: relayedId ?? uuidv7<ActionId>(deps.clock, deps.entropy),
      device_id: device.id,
      origin: device.origin,
      kind: plan.kind,
      state: lastState(hops),
      requested_at: new Date(plan.requestedAt),
      expires_at: new Date(plan.expiresAt),
      requested_by: requesterOf(plan.actor, deps.profile.name),
      actor: plan.actor,
      is_relayed: relayedId !== null,
      bulk_id: plan.bulkId,
      performer_id: wake?.kind === 'peer' ? wake.deviceId : null,
      parameters: wake?.kind === 'peer' ? wake.parameters : null,
    },
  };
}

/** Stores them, and tells who has to do with them after the commit. @throws `actions.id_taken` */
export async function storeRequested(
  tx: Transaction,
  deps: ActionParts,
  made: readonly MadeAction[],
): Promise<void> {
  const stored = await insertActions(tx, made, deps.clock.now());
  const taken = made.find(({ row }) => !stored.has(row.id));
  if (taken) throw actionErrors.idTaken({ id: taken.row.id });
  const rows = made.map(({ row }) => row);
  await changed(tx, deps, rows);
  tx.afterCommit(() => {
    for (const row of rows) {
      if (row.state !== 'queuedForDevice') continue;
      deps.nudger.nudge((row.performer_id ?? row.device_id) as DeviceId, { actions: true });
    }
    const origins = new Set(rows.flatMap((row) => (row.origin === null ? [] : [row.origin])));
    for (const origin of origins) deps.remotes?.actionsQueued(origin as ConnectorId);
  });
}

/** Whether a device with so many open actions takes another. */
export function mayTakeAnother(openCount: number): boolean {
  return openCount < MAX_OPEN;
}

/**
 * When an action expires: what the request says, or the default; never later than the longest that is set.
 * @throws `actions.expiry_invalid`, `actions.expired`
 */
export async function expiryOf(
  tx: Transaction,
  deps: ActionParts,
  text: string | undefined,
): Promise<number> {
  const now = deps.clock.now();
  const { defaultExpiryMinutes, maximumExpiryMinutes } = await deps.settings.current(tx);
  if (text === undefined) return now + defaultExpiryMinutes * MINUTE_MS;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw actionErrors.expiryInvalid({ expiresAt: text.slice(0, 40) });
  if (time <= now) throw actionErrors.expired({ expiresAt: rfc3339(time) });
  return Math.min(time, now + maximumExpiryMinutes * MINUTE_MS);
}

/** Who asked, and where they are signed in. */
export function requesterOf(actor: Actor, authorityName: string): string {
  const remote = actor.kind === 'user' ? actor.onBehalfOf : undefined;
  return remote
    ? `${remote.name} (${remote.authorityName})`
    : `${actorName(actor)} (${authorityName})`;
}

function firstHops(
  deps: ActionParts,
  actor: Actor,
  device: DeviceRow,
  isRelayed: boolean,
  wake: WakePlan | undefined,
): readonly ActionHop[] {
  const name = device.name ?? device.id;
  const hop = (state: ActionState, reason: string): ActionHop => ownHop(deps, state, reason);
  if (device.origin !== null) {
    const origin = device.origin as ConnectorId;
    if (!deps.remotes) throw deviceErrors.attached({ name, origin });
    return [
      hop('requested', `Requested by ${actorName(actor)}.`),
      hop('queued', remoteWait(name, deps.remotes.describe(origin))),
    ];
  }
  const sender = actor.kind === 'user' ? actor.onBehalfOf : undefined;
  const first = isRelayed
    ? hop(
        'deliveredToSite',
        sender
          ? `${deps.profile.name} has it, for ${sender.name} of ${sender.authorityName}.`
          : `${deps.profile.name} has it.`,
      )
    : hop('requested', `Requested by ${actorName(actor)}.`);
  const isConnected = deps.presence.isConnected(device.id as DeviceId);
  const sinceMs = deps.clock.now() - device.last_contact_at.getTime();
  const allowed = hop('authorized', allowedReason(actor));
  if (wake) {
    return [first, allowed, hop(wake.kind === 'peer' ? 'queuedForDevice' : wake.kind, wake.reason)];
  }
  return [first, allowed, hop('queuedForDevice', deviceWait(name, { isConnected, sinceMs }))];
}

function lastState(hops: readonly ActionHop[]): ActionState {
  return hops.at(-1)?.state ?? 'requested';
}
