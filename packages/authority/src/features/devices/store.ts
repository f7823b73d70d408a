import { appendChanges, recordset, sqlOf } from '@moorline/db';
import type { ConnectorId, DeviceId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { DeviceRow } from './present.ts';
import { DEVICE_COLUMNS, type DeviceTables } from './tables.ts';

/** A device that enrols here now. */
export interface EnrolledDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly clientVersion: string;
  readonly certificateExpiresAt: number;
}

const ROW = sql.join(DEVICE_COLUMNS.map((column) => sql.ref(column)));

/** The device's row, or undefined; `lock` keeps it from being changed or removed meanwhile. */
export async function loadDevice(
  tx: Transaction,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<DeviceRow | undefined> {
  const { rows } = await sql<DeviceRow>`select ${ROW} from devices
    where authority_id = ${tx.authorityId} and id = ${id}
    ${options.lock ? sql`for no key update` : sql``}`.execute(sqlOf<DeviceTables>(tx));
  return rows[0];
}

/** The rows of those of the devices that are there, by id. */
export async function loadDevices(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DeviceRow>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<DeviceRow>`select ${ROW} from devices
    where authority_id = ${tx.authorityId} and id = any(${[...ids]}::uuid[])`.execute(
    sqlOf<DeviceTables>(tx),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The same; they are neither changed nor removed by others until `tx` ends. */
export async function lockDevices(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DeviceRow>> {
  if (ids.length === 0) return new Map();
  // In the order of their ids, as everybody locks several.
  const { rows } = await sql<DeviceRow>`select ${ROW} from devices
    where authority_id = ${tx.authorityId} and id = any(${[...ids]}::uuid[])
    order by id for no key update`.execute(sqlOf<DeviceTables>(tx));
  return new Map(rows.map((row) => [row.id, row]));
}

export async function insertEnrolled(
  tx: Transaction,
  devices: readonly EnrolledDevice[],
  now: number,
): Promise<void> {
  if (devices.length === 0) return;
  const at = new Date(now).toISOString();
  const rows = devices.map((device) => ({
    id: device.id,
    name: device.name,
    client_version: device.clientVersion,
    certificate_expires_at: new Date(device.certificateExpiresAt).toISOString(),
  }));
  await sql`insert into devices
      (authority_id, id, name, client_version, certificate_expires_at, enrolled_at, last_contact_at)
    select ${tx.authorityId}::uuid, id, name, client_version, certificate_expires_at,
      ${at}::timestamptz, ${at}::timestamptz
    from ${recordset(rows, { id: 'uuid', name: 'text', client_version: 'text', certificate_expires_at: 'timestamptz' })}`.execute(
    sqlOf(tx),
  );
  await changeTotal(tx, null, devices.length);
  await appendChanges(
    tx,
    'device',
    devices.map((device) => device.id),
  );
}

/** A certificate was issued: what the row says of it. */
export async function writeCertificateExpiry(
  tx: Transaction,
  id: DeviceId,
  expiresAt: number,
): Promise<void> {
  await sql`update devices set certificate_expires_at = ${new Date(expiresAt).toISOString()}
    where authority_id = ${tx.authorityId} and id = ${id}`.execute(sqlOf(tx));
  await appendChanges(tx, 'device', [id]);
}

export async function writeBlocked(
  tx: Transaction,
  id: DeviceId,
  isBlocked: boolean,
): Promise<void> {
  await sql`update devices set is_blocked = ${isBlocked}
    where authority_id = ${tx.authorityId} and id = ${id}`.execute(sqlOf(tx));
  // Whether it is blocked may decide whether another authority is told of it.
  await appendChanges(tx, 'device', [id]);
}

/** Removes devices of this origin (null: own) that are there; answers which were. Own ones leave a tombstone in the change log. */
export async function deleteDevices(
  tx: Transaction,
  origin: string | null,
  ids: readonly string[],
): Promise<DeviceId[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: DeviceId }>`with gone as (
      select id from devices
      where authority_id = ${tx.authorityId} and id = any(${[...ids]}::uuid[])
        and origin is not distinct from ${origin}::uuid
      order by id for update
    )
    delete from devices d using gone
    where d.authority_id = ${tx.authorityId} and d.id = gone.id
    returning d.id`.execute(sqlOf(tx));
  const removed = rows.map((row) => row.id);
  await changeTotal(tx, origin, -removed.length);
  if (origin === null) await appendChanges(tx, 'device', removed);
  return removed;
}

/** Devices known to the authority by origin (null: managed here), as the counters have them. */
export async function readTotals(
  tx: Transaction,
): Promise<readonly { readonly origin: ConnectorId | null; readonly total: number }[]> {
  const rows = await sqlOf<DeviceTables>(tx)
    .selectFrom('device_counters')
    .select(['origin', 'total'])
    .where('authority_id', '=', tx.authorityId)
    .execute();
  return rows.map((row) => ({
    origin: row.origin === NO_ORIGIN ? null : (row.origin as ConnectorId),
    total: Number(row.total),
  }));
}

// A key cannot be null.
const NO_ORIGIN = '00000000-0000-0000-0000-000000000000';

// Last among the row locks of its transactions: it is the one that all of them meet at.
export async function changeTotal(
  tx: Transaction,
  origin: string | null,
  difference: number,
): Promise<void> {
  if (difference === 0) return;
  await sql`insert into device_counters (authority_id, origin, total)
    values (${tx.authorityId}, ${origin ?? NO_ORIGIN}, ${difference})
    on conflict (authority_id, origin) do update
      set total = device_counters.total + excluded.total`.execute(sqlOf(tx));
}

/** The device's row when it is managed here. */
export async function loadOwn(
  tx: Transaction,
  id: DeviceId,
  options: { readonly lock?: boolean } = {},
): Promise<DeviceRow | undefined> {
  const row = await loadDevice(tx, id, options);
  return row?.origin === null ? row : undefined;
}

/** Of these devices, those that are managed here; they are neither changed nor removed by others until `tx` ends. */
export async function lockOwn(
  tx: Transaction,
  ids: readonly DeviceId[],
): Promise<ReadonlySet<DeviceId>> {
  // In the order of their ids, as everybody locks several.
  const { rows } = await sql<{ id: DeviceId }>`select id from devices
    where authority_id = ${tx.authorityId} and id = any(${[...ids]}::uuid[]) and origin is null
    order by id for no key update`.execute(sqlOf(tx));
  return new Set(rows.map((row) => row.id));
}
