import { type CopyValue, recordset, sqlOf, stageRows, unlessTaken } from '@moorline/db';
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
  /** How many of the changed ones were not there before. */
  readonly added: number;
}

/** Rows of devices where a statement can read them. */
export interface StagedRows {
  readonly ids: readonly DeviceId[];
  readonly rows: RawBuilder<unknown>;
}

/** Lays the devices ready in the transaction; of several of one id, the last. */
export async function stageUploaded(
  tx: Transaction,
  devices: readonly UploadedDevice[],
  now: number,
): Promise<StagedRows> {
  const latest = new Map(devices.map((device) => [device.id, device]));
  return { ids: [...latest.keys()], rows: await inputOf(tx, [...latest.values()], now) };
}

/**
 * Writes devices that another authority uploads, in one statement. A device that is managed here or comes
 * through another connector is not touched: nobody takes a device over by saying its id.
 */
export async function writeUploaded(
  tx: Transaction,
  origin: ConnectorId,
  staged: StagedRows,
  options: {
    /** None of them is expected to be there: a guess, which costs time when it is wrong. */
    readonly areLikelyNew?: boolean;
  } = {},
): Promise<AppliedDevices> {
  if (staged.ids.length === 0) return { changed: [], foreign: [], added: 0 };
  const { length: added } = staged.ids;
  // Looking for each device before it is added costs a sixth of adding it.
  if (options.areLikelyNew && added >= STAGED_FROM) {
    const areAdded = await unlessTaken(tx, () => insertion(tx, origin, staged).execute(sqlOf(tx)));
    if (areAdded) {
      await changeTotal(tx, origin, added);
      return { changed: staged.ids, foreign: [], added };
    }
  }
  return mergeUploaded(tx, origin, staged);
}

async function mergeUploaded(
  tx: Transaction,
  origin: ConnectorId,
  staged: StagedRows,
): Promise<AppliedDevices> {
  const assignments = COLUMNS.map(
    (column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`,
  );
  // The ids come back as one text: thousands of rows of one id each cost more than the ids.
  const { rows } = await sql<{ ids: string; added: number }>`
    with written as (
      ${insertion(tx, origin, staged)}
      on conflict (authority_id, id) do update set ${sql.join(assignments)}
        where devices.origin = excluded.origin and (${list('devices')}) is distinct from (${list('excluded')})
      returning id, xmax = 0 as is_new
    )
    select coalesce(string_agg(id::text, ' '), '') as ids, (count(*) filter (where is_new))::int as added
    from written`.execute(sqlOf(tx));
  const { ids = '', added = 0 } = rows[0] ?? {};
  await changeTotal(tx, origin, added);
  const changed = ids === '' ? [] : (ids.split(' ') as DeviceId[]); // the column of that name
  return { changed, foreign: await foreignOf(tx, origin, staged.ids, changed), added };
}

function insertion(tx: Transaction, origin: ConnectorId, staged: StagedRows): RawBuilder<unknown> {
  return sql`insert into devices (authority_id, id, origin, ${sql.join(COLUMNS.map((column) => sql.ref(column)))})
    select ${tx.authorityId}::uuid, input.id, ${origin}::uuid, ${list('input')}
    from (select * from ${staged.rows}) as input order by input.id`;
}

function list(prefix: string): RawBuilder<unknown> {
  return sql.join(COLUMNS.map((column) => sql`${sql.ref(`${prefix}.${column}`)}`));
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

async function inputOf(
  tx: Transaction,
  devices: readonly UploadedDevice[],
  now: number,
): Promise<RawBuilder<unknown>> {
  const columns = Object.keys(TYPES);
  const rows = valuesOf(devices, now);
  if (devices.length >= STAGED_FROM) {
    return sql`${sql.id('pg_temp', await stageRows(tx, 'devices', columns, rows))}`;
  }
  const records = [...rows].map((values) =>
    Object.fromEntries(columns.map((column, index) => [column, values[index]])),
  );
  return recordset(records, TYPES);
}

/** Rows in the order of TYPES. */
function* valuesOf(devices: readonly UploadedDevice[], now: number): Generator<CopyValue[]> {
  const present = rfc3339(now);
  const past = { latest: rfc3339(now + CLOCK_TOLERANCE_MS), instead: present };
  const future = { latest: LAST_TIME, instead: LAST_TIME };
  for (const device of devices) {
    const summary = summaryRow(device.summary);
    const values: CopyValue[] = [device.id];
    for (const column of SUMMARY_COLUMNS) values.push(summary[column]);
    values.push(
      device.online ?? false,
      plausibleTime(device.lastContactAt ?? FIRST_TIME, present, past),
      plausibleTime(device.enrolledAt, present, past),
      keptText(device.clientVersion ?? '', 64),
      plausibleTime(device.certificateExpiresAt ?? FIRST_TIME, present, future),
    );
    yield values;
  }
}

/** Also stands for a time that was not told. */
const FIRST_TIME = rfc3339(0);
/** A time that is so little ahead is kept as it was told: the clocks of two servers are never the same. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const LAST_TIME = rfc3339(Date.UTC(9999, 0, 1));
const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// A clock that is wrong by years must not put a device before or after all others for ever.
function plausibleTime(
  text: string,
  present: string,
  { latest, instead }: { readonly latest: string; readonly instead: string },
): string {
  // Most are in the form that is stored already, and there text compares as time does.
  const time = CANONICAL_TIME.test(text) ? text : canonicalTime(text);
  if (time === null) return present;
  return time < FIRST_TIME ? FIRST_TIME : time > latest ? instead : time;
}

/** Null for what is no time. */
function canonicalTime(text: string): string | null {
  const time = Date.parse(text);
  if (Number.isNaN(time)) return null;
  return rfc3339(Math.min(Math.max(time, 0), Date.parse(LAST_TIME)));
}
