import { sqlOf } from '@moorline/db';
import { type ConnectorId, isUuid } from '@moorline/kernel';
import { type Actor, isRelayed, type Permission, type Reach, reachOf } from '@moorline/model';
import type { RemoteAuthorities, Transaction } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import { authorize, roleNames } from './authorize.ts';
import { accessErrors } from './errors.ts';

/** A device, as far as it matters to who may: by its id and the connector that it came through. */
export interface ReachedDevice {
  readonly id: string;
  /** Null: managed here. */
  readonly origin: string | null;
}

/** Passes or throws for one of the devices that it was made for. */
export type DeviceGate = (device: ReachedDevice, notFound: () => Error) => void;

/**
 * The one place where access to a device is decided. Call it on the loaded row, before anything of it is shown or
 * changed. Who may not even see the device is told what is told of one that is not there.
 * @param notFound the error of the caller's feature for an id that is unknown
 * @throws `access.not_signed_in`, `access.denied`, what `notFound` makes
 */
export async function authorizeDevice(
  tx: Transaction,
  actor: Actor | null,
  permission: Permission,
  device: ReachedDevice,
  notFound: () => Error,
): Promise<void> {
  const gate = await openDeviceGate(tx, actor, permission, [device]);
  gate(device, notFound);
}

/** The same for many devices, with as few questions to the database as for one. @throws `access.not_signed_in`, `access.denied` */
export async function openDeviceGate(
  tx: Transaction,
  actor: Actor | null,
  permission: Permission,
  devices: readonly ReachedDevice[],
): Promise<DeviceGate> {
  authorize(actor, permission);
  const reached = await reachedOf(tx, reachOf(actor, permission), devices);
  const seen = await reachedOf(tx, reachOf(actor, 'devices.read'), devices);
  return (device, notFound) => {
    if (reached(device)) return;
    if (permission === 'devices.read' || !seen(device)) throw notFound();
    const role = actor.kind === 'user' ? roleNames(actor) : actor.name;
    throw accessErrors.outOfReach({ role, permission });
  };
}

/** Which of the devices are in reach: undefined is none, null all. */
export async function reachedOf(
  tx: Transaction,
  reach: Reach | null | undefined,
  devices: readonly ReachedDevice[],
): Promise<(device: ReachedDevice) => boolean> {
  if (reach === null) return () => true;
  if (reach === undefined) return () => false;
  const ids = devices.filter(({ id }) => isUuid(id)).map(({ id }) => id);
  const members = new Set<string>();
  if (reach.groups.length > 0 && ids.length > 0) {
    const { rows } = await sql<{ device_id: string }>`select device_id from group_members
      where authority_id = ${tx.authorityId} and group_id = any(${[...reach.groups]}::uuid[])
        and device_id = any(${ids}::uuid[])`.execute(sqlOf(tx));
    for (const row of rows) members.add(row.device_id);
  }
  return ({ id, origin }) => (origin !== null && reach.origins.includes(origin)) || members.has(id);
}

/**
 * The permission that is asked for here: of a deed that is relayed to an authority which decides alone, only that
 * its connector may be seen.
 */
export function permissionHere(
  remotes: Pick<RemoteAuthorities, 'describe'> | null,
  origin: string | null,
  permission: Permission,
): Permission {
  if (origin === null || !remotes || !isRelayed(permission)) return permission;
  const decidesAlone = remotes.describe(origin as ConnectorId).permissions === 'siteOnly';
  return decidesAlone ? 'connectors.read' : permission;
}

/** The same as a condition over rows; `columns`: what holds the device's id and its origin there. */
export function reachSql(
  tx: Transaction,
  reach: Reach | null | undefined,
  columns: { readonly id: RawBuilder<unknown>; readonly origin: RawBuilder<unknown> },
): RawBuilder<boolean> {
  if (reach === null) return sql<boolean>`true`;
  if (reach === undefined) return sql<boolean>`false`;
  const { origins, groups } = reach;
  const parts = [
    ...(origins.length > 0 ? [sql`${columns.origin} = any(${[...origins]}::uuid[])`] : []),
    ...(groups.length > 0
      ? [
          sql`${columns.id} in (select device_id from group_members
            where authority_id = ${tx.authorityId} and group_id = any(${[...groups]}::uuid[]))`,
        ]
      : []),
  ];
  return parts.length > 0
    ? sql<boolean>`coalesce(${sql.join(parts, sql` or `)}, false)`
    : sql<boolean>`false`;
}
