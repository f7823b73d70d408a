import { recordset, sqlOf } from '@moorline/db';
import type { ConnectorId, DeviceId } from '@moorline/kernel';
import type { Transaction, UploadedDevice } from '@moorline/model/ports';
import { sql } from 'kysely';
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
  const { rows: outcome } = await sql<{ id: DeviceId; state: 'new' | 'changed' | 'foreign' }>`
    with input as materialized (select * from ${recordset(rows, TYPES)} order by id),
    written as (
      insert into devices (authority_id, id, origin, ${sql.join(COLUMNS.map((column) => sql.ref(column)))})
      select ${tx.authorityId}::uuid, input.id, ${origin}::uuid, ${list('input')} from input
      on conflict (authority_id, id) do update set ${sql.join(assignments)}
        where devices.origin = excluded.origin and (${list('devices')}) is distinct from (${list('excluded')})
      returning id, xmax = 0 as is_new
    )
    select id, case when is_new then 'new' else 'changed' end as state from written
    union all
    select d.id, 'foreign' from devices d join input on input.id = d.id
      where d.authority_id = ${tx.authorityId} and d.origin is distinct from ${origin}::uuid`.execute(
    sqlOf(tx),
  );
  const of = (...states: string[]): DeviceId[] =>
    outcome.filter((row) => states.includes(row.state)).map((row) => row.id);
  await changeTotal(tx, origin, of('new').length);
  return { changed: of('new', 'changed'), foreign: of('foreign') };
}

const LAST_TIME = Date.UTC(9999, 0, 1);

// A clock that is wrong by years must not put a device before or after all others for ever.
function plausibleTime(text: string, now: number, latest: number): string {
  const time = Date.parse(text);
  return new Date(Number.isNaN(time) ? now : Math.min(Math.max(time, 0), latest)).toISOString();
}
