import { recordset, sqlOf, stageRows } from '@moorline/db';
import { type ConnectorId, type DeviceId, rfc3339 } from '@moorline/kernel';
import type { Transaction, UploadedDevice } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import { changeTotal } from './store.ts';
import { keptText, SUMMARY_TYPES, summaryRow } from './summary.ts';
import { SUMMARY_COLUMNS } from './tables.ts';

const COLUMNS = [
  ...SUMMARY_COLUMNS,
  'online',
  'last_contact_at',
  'enrolled_at',
  'client_version',
  'certificate_expires_at',
] as const;

const TYPES = {
  id: 'uuid',
  ...SUMMARY_TYPES,
  online: 'boolean',
  last_contact_at: 'timestamptz',
  enrolled_at: 'timestamptz',
  client_version: 'text',
  certificate_expires_at: 'timestamptz',
} as const;

/** From so many rows on, COPY into a temporary table costs less than a JSON parameter. */
const STAGED_FROM = 250;

/** What a batch did: the rows that differ now, and the ids that belong to someone else and stayed as they were. */
export interface AppliedDevices {
  readonly changed: readonly DeviceId[];
  readonly foreign: readonly DeviceId[];
}

/**
 * Writes devices that another authority uploads, in one statement. A device that is managed here or comes
 * through another connector is not touched: nobody takes a device over by saying its id.
 */
export async function writeUploaded(
  tx: Transaction,
  origin: ConnectorId,
  devices: readonly UploadedDevice[],
  now: number,
): Promise<AppliedDevices> {
  if (devices.length === 0) return { changed: [], foreign: [] };
  const latest = new Map(devices.map((device) => [device.id, device]));
  const rows = [...latest.values()].map((device) => ({
    id: device.id,
    ...summaryRow(device.summary),
    online: device.online,
    last_contact_at: plausibleTime(device.lastContactAt, now, now),
    enrolled_at: plausibleTime(device.enrolledAt, now, now),
    client_version: keptText(device.clientVersion, 64),
    certificate_expires_at: plausibleTime(device.certificateExpiresAt, now, LAST_TIME),
  }));
  const list = (prefix: string): ReturnType<typeof sql.join> =>
    sql.join(COLUMNS.map((column) => sql`${sql.ref(`${prefix}.${column}`)}`));
  const assignments = COLUMNS.map(
    (column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`,
  );
  const { rows: written } = await sql<{ id: DeviceId; is_new: boolean }>`
    with input as materialized (select * from ${await inputOf(tx, rows)} order by id)
    insert into devices (authority_id, id, origin, ${sql.join(COLUMNS.map((column) => sql.ref(column)))})
    select ${tx.authorityId}::uuid, input.id, ${origin}::uuid, ${list('input')} from input
    on conflict (authority_id, id) do update set ${sql.join(assignments)}
      where devices.origin = excluded.origin and (${list('devices')}) is distinct from (${list('excluded')})
    returning id, xmax = 0 as is_new`.execute(sqlOf(tx));
  await changeTotal(tx, origin, written.filter((row) => row.is_new).length);
  const changed = written.map((row) => row.id);
  return { changed, foreign: await foreignOf(tx, origin, [...latest.keys()], changed) };
}

/** Of the devices that were not written, those that are not this origin's; the rest is as it was told before. */
async function foreignOf(
  tx: Transaction,
  origin: ConnectorId,
  ids: readonly DeviceId[],
  written: readonly DeviceId[],
): Promise<readonly DeviceId[]> {
  if (written.length === ids.length) return [];
  const done = new Set(written);
  const left = ids.filter((id) => !done.has(id));
  const { rows } = await sql<{ id: DeviceId }>`
    select id from devices
    where authority_id = ${tx.authorityId} and id = any(${left}::uuid[])
      and origin is distinct from ${origin}::uuid`.execute(sqlOf(tx));
  return rows.map((row) => row.id);
}

type InputRow = Readonly<Record<string, string | number | boolean | null>>;

async function inputOf(tx: Transaction, rows: readonly InputRow[]): Promise<RawBuilder<unknown>> {
  if (rows.length < STAGED_FROM) return recordset(rows, TYPES);
  const columns = Object.keys(TYPES);
  const values = rows.map((row) => columns.map((column) => row[column]));
  return sql`${sql.id('pg_temp', await stageRows(tx, 'devices', columns, values))}`;
}

const LAST_TIME = Date.UTC(9999, 0, 1);
const FIRST_TIME = rfc3339(0);
const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// A clock that is wrong by years must not put a device before or after all others for ever.
function plausibleTime(text: string, now: number, latest: number): string {
  // Most are in the form that is stored already, and between the bounds: there text compares as time does.
  if (CANONICAL_TIME.test(text) && text >= FIRST_TIME && text <= rfc3339(latest)) return text;
  const time = Date.parse(text);
  return new Date(Number.isNaN(time) ? now : Math.min(Math.max(time, 0), latest)).toISOString();
}
