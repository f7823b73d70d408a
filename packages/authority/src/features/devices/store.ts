import { appendChanges, recordset, sqlOf } from '@moorline/db';
import type { ConnectorId, DeviceId } from '@moorline/kernel';
import type { DeviceSummary } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { DeviceRow } from './present.ts';
import { SUMMARY_TYPES, summaryRow } from './summary.ts';
import { DEVICE_COLUMNS, type DeviceTables, SUMMARY_COLUMNS } from './tables.ts';

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

/** A summary made anew from the inventory; a name that is not known keeps the one from before. True when the row differs now. */
export async function writeSummary(
  tx: Transaction,
  id: DeviceId,
  summary: DeviceSummary,
): Promise<boolean> {
  const row = summaryRow(summary);
  const columns = SUMMARY_COLUMNS.filter((column) => column !== 'name' || row.name !== null);
  const targets = sql.join(columns.map((column) => sql`d.${sql.ref(column)}`));
  const sources = sql.join(columns.map((column) => sql`t.${sql.ref(column)}`));
  const assignments = sql.join(
    columns.map((column) => sql`${sql.ref(column)} = t.${sql.ref(column)}`),
  );
  const { numAffectedRows } = await sql`update devices d set ${assignments}
    from ${recordset([row], SUMMARY_TYPES)}
    where d.authority_id = ${tx.authorityId} and d.id = ${id}
      and (${targets}) is distinct from (${sources})`.execute(sqlOf(tx));
  if (numAffectedRows === 0n) return false;
  await appendChanges(tx, 'device', [id]);
  return true;
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
