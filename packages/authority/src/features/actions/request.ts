import { type ActionId, type ConnectorId, type DeviceId, rfc3339, uuidv7 } from '@moorline/kernel';
import {
  type Action,
  type ActionHop,
  type ActionState,
  type Actor,
  actorName,
} from '@moorline/model';
import type { DeviceAdministration, Transaction } from '@moorline/model/ports';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import { type DeviceRow, deviceErrors, requireDevice } from '../devices/index.ts';
import { type ActionDeps, changed, ownHop } from './context.ts';
import { actionErrors } from './errors.ts';
import { allowedReason, deviceWait, remoteWait } from './reasons.ts';
import { actionOf, countOpen, findAction, insertAction } from './store.ts';

const DEFAULT_LIFE_MS = 3_600_000;
const MAX_LIFE_MS = 7 * 24 * 3_600_000;
const MAX_OPEN = 50;

type Request = Parameters<DeviceAdministration['requestAction']>[1];

/** Requests an action in the open transaction; the device is told after its commit. */
export async function requestInTransaction(
  tx: Transaction,
  deps: ActionDeps,
  actor: Actor,
  request: Request,
): Promise<Action> {
  // The lock makes requests for one device follow one another: a repeat finds the first.
  const device = await requireDevice(tx, request.deviceId, { lock: true });
  authorize(actor, 'devices.sync');
  const isRelayed = request.id !== undefined;
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
  const expiresAt = expiryOf(request.expiresAt, now);
  const open = await countOpen(tx, device.id);
  if (open >= MAX_OPEN) throw actionErrors.tooManyOpen({ count: open });
  const hops = firstHops(deps, actor, device, isRelayed);
  const row = {
    id: request.id ?? uuidv7<ActionId>(deps.clock, deps.entropy),
    device_id: device.id,
    origin: device.origin,
    kind: request.kind,
    state: lastState(hops),
    requested_at: new Date(now),
    expires_at: new Date(expiresAt),
    requested_by: requesterOf(actor, deps.profile.name),
    actor,
    is_relayed: isRelayed,
  };
  if (!(await insertAction(tx, row, hops, now))) throw actionErrors.idTaken({ id: row.id });
  await changed(tx, deps, [row]);
  tx.afterCommit(() => tell(deps, device));
  await recordAudit(tx, {
    activity: 'actions.request',
    actor: actorName(actor),
    target: device.id,
    result: 'success',
    details: { action: row.kind, actionId: row.id, deviceName: device.name },
    at: now,
  });
  return actionOf({
    row: {
      ...row,
      authority_id: tx.authorityId,
      result: null,
      hop_count: hops.length,
      moved_at: new Date(now),
    },
    hops,
  });
}

function firstHops(
  deps: ActionDeps,
  actor: Actor,
  device: DeviceRow,
  isRelayed: boolean,
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
  return [
    first,
    hop('authorized', allowedReason(actor)),
    hop('queuedForDevice', deviceWait(name, { isConnected, sinceMs })),
  ];
}

function tell(deps: ActionDeps, device: DeviceRow): void {
  if (device.origin === null) deps.nudger.nudge(device.id as DeviceId, { actions: true });
  else deps.remotes?.actionsQueued(device.origin as ConnectorId);
}

function expiryOf(text: string | undefined, now: number): number {
  if (text === undefined) return now + DEFAULT_LIFE_MS;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw actionErrors.expiryInvalid({ expiresAt: text.slice(0, 40) });
  if (time <= now) throw actionErrors.expired({ expiresAt: rfc3339(time) });
  return Math.min(time, now + MAX_LIFE_MS);
}

function requesterOf(actor: Actor, authorityName: string): string {
  const remote = actor.kind === 'user' ? actor.onBehalfOf : undefined;
  return remote
    ? `${remote.name} (${remote.authorityName})`
    : `${actorName(actor)} (${authorityName})`;
}

function lastState(hops: readonly ActionHop[]): ActionState {
  return hops.at(-1)?.state ?? 'requested';
}
