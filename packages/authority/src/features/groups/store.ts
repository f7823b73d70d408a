import { recordset, sqlOf } from '@moorline/db';
import type { InventoryRow } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { createDeviceFacts, type DeviceFacts } from '@moorline/query';
import { type Selectable, sql } from 'kysely';
import { BUILT_IN_GROUPS, FIRST_NUMBER } from './built-in.ts';
import { isRowClass, ROW_COLUMNS, rowOf } from './query-classes.ts';
import type { Group } from './rule.ts';
import { type GroupTables, SOURCE } from './tables.ts';

export type GroupRow = Omit<Selectable<GroupTables['groups']>, 'authority_id' | 'name_key'>;

/** The authority's clock and its built-in groups; does nothing when they are there. */
export async function ensureGroups(tx: Transaction, now: number): Promise<void> {
  const db = sqlOf<GroupTables>(tx);
  const { numAffectedRows } =
    await sql`insert into group_clock (authority_id, revision, last_number)
    values (${tx.authorityId}, 1, ${FIRST_NUMBER - 1}) on conflict do nothing`.execute(db);
  if (numAffectedRows === 0n) return;
  const at = new Date(now).toISOString();
  for (const group of BUILT_IN_GROUPS) {
    await sql`insert into groups (authority_id, id, number, name, description, is_built_in, limiting_id, rules,
        version, member_count, created_at, changed_at)
      values (${tx.authorityId}, ${group.id}, ${group.number}, ${group.name}, ${group.description}, true,
        ${group.limitingId}, ${JSON.stringify(group.rules)}::jsonb, 1, 0, ${at}, ${at})`.execute(
      db,
    );
  }
}

/** Holds the authority's groups for this transaction: evaluations and changes come one after the other. */
export async function lockGroups(tx: Transaction): Promise<number> {
  const { rows } = await sql<{ revision: string }>`select revision from group_clock
    where authority_id = ${tx.authorityId} for update`.execute(sqlOf(tx));
  return Number(rows[0]?.revision ?? 0);
}

export async function readRevision(tx: Transaction): Promise<number> {
  const { rows } = await sql<{ revision: string }>`select revision from group_clock
    where authority_id = ${tx.authorityId}`.execute(sqlOf(tx));
  return Number(rows[0]?.revision ?? 0);
}

export async function nextRevision(tx: Transaction): Promise<void> {
  await sql`update group_clock set revision = revision + 1
    where authority_id = ${tx.authorityId}`.execute(sqlOf(tx));
}

export async function nextNumber(tx: Transaction): Promise<number> {
  const { rows } = await sql<{ last_number: number }>`update group_clock
    set last_number = last_number + 1 where authority_id = ${tx.authorityId}
    returning last_number`.execute(sqlOf(tx));
  return rows[0]?.last_number ?? FIRST_NUMBER;
}

export async function readGroups(tx: Transaction): Promise<Group[]> {
  const rows = await sqlOf<GroupTables>(tx)
    .selectFrom('groups')
    .select(['id', 'name', 'is_built_in', 'limiting_id', 'rules'])
    .where('authority_id', '=', tx.authorityId)
    .orderBy('number')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    isBuiltIn: row.is_built_in,
    limitingId: row.limiting_id,
    rules: row.rules,
  }));
}

export async function readGroup(tx: Transaction, id: string): Promise<GroupRow | undefined> {
  return sqlOf<GroupTables>(tx)
    .selectFrom('groups')
    .select(GROUP_COLUMNS)
    .where('authority_id', '=', tx.authorityId)
    .where('id', '=', id)
    .executeTakeFirst();
}

export const GROUP_COLUMNS = [
  'id',
  'number',
  'name',
  'description',
  'is_built_in',
  'limiting_id',
  'rules',
  'version',
  'member_count',
  'created_at',
  'changed_at',
  'checked_at',
  'check_ms',
] as const;

/**
 * Sees to it that changes of these sources are noted from now on. A source that was not noted before waits until
 * what is being written now is committed, so that no change falls between the first evaluation and the first note.
 */
export async function noteSources(tx: Transaction, sources: ReadonlySet<string>): Promise<void> {
  const db = sqlOf<GroupTables>(tx);
  const { rows } = await sql<{ source: string }>`select source from group_sources
    where authority_id = ${tx.authorityId}`.execute(db);
  const noted = new Set(rows.map(({ source }) => source));
  const missing = [...sources].filter((source) => source !== SOURCE.time && !noted.has(source));
  if (missing.length === 0) return;
  await sql`lock table devices, inventory_documents in share mode`.execute(db);
  await sql`insert into group_sources (authority_id, source)
    select ${tx.authorityId}::uuid, source from unnest(${missing.sort()}::text[]) as t(source)
    on conflict do nothing`.execute(db);
}

/** Changes to evaluate, by device, oldest first; they are taken with the transaction. */
export async function takeChanges(
  tx: Transaction,
  now: number,
  limit: number,
): Promise<{
  readonly byDevice: ReadonlyMap<string, ReadonlySet<string>>;
  /** There may be more of them. */
  readonly more: boolean;
}> {
  const db = sqlOf<GroupTables>(tx);
  const changes = await sql<{ device_id: string; source: string }>`delete from device_changes
    where authority_id = ${tx.authorityId} and seq = any(array(
      select seq from device_changes where authority_id = ${tx.authorityId} order by seq limit ${limit}))
    returning device_id, source`.execute(db);
  const wakes = await sql<{ device_id: string }>`delete from group_wakes
    where authority_id = ${tx.authorityId} and device_id = any(array(
      select device_id from group_wakes where authority_id = ${tx.authorityId}
        and wake_at <= ${new Date(now).toISOString()}::timestamptz order by wake_at limit ${limit}))
    returning device_id`.execute(db);
  const byDevice = new Map<string, Set<string>>();
  const note = (deviceId: string, source: string): void => {
    byDevice.set(deviceId, (byDevice.get(deviceId) ?? new Set()).add(source));
  };
  for (const { device_id, source } of changes.rows) note(device_id, source);
  for (const { device_id } of wakes.rows) note(device_id, SOURCE.time);
  return { byDevice, more: changes.rows.length >= limit || wakes.rows.length >= limit };
}

export async function noteGroupChange(
  tx: Transaction,
  groupId: string,
  deviceIds: readonly string[],
): Promise<void> {
  if (deviceIds.length === 0) return;
  await sql`insert into device_changes (authority_id, seq, device_id, source)
    select ${tx.authorityId}::uuid, nextval('device_changes_seq'), id, ${SOURCE.group + groupId}
    from unnest(${[...deviceIds]}::uuid[]) as t(id)`.execute(sqlOf(tx));
}

/** What is known of the devices that are there, of these classes. */
export async function readFacts(
  tx: Transaction,
  deviceIds: readonly string[],
  classes: ReadonlySet<string>,
): Promise<ReadonlyMap<string, DeviceFacts>> {
  const db = sqlOf(tx);
  const columns = sql.join(ROW_COLUMNS.map((column) => sql.ref(column)));
  const devices = await sql<
    Record<string, unknown> & { id: string }
  >`select id, ${columns} from devices
    where authority_id = ${tx.authorityId} and id = any(${[...deviceIds]}::uuid[])`.execute(db);
  const inventory = [...classes].filter((className) => !isRowClass(className));
  const rows = new Map<string, Map<string, readonly InventoryRow[]>>();
  if (inventory.length > 0) {
    const documents = await sql<{
      device_id: string;
      class_name: string;
      rows: readonly InventoryRow[];
    }>`select device_id, class_name, rows from inventory_documents
      where authority_id = ${tx.authorityId} and device_id = any(${[...deviceIds]}::uuid[])
        and class_name = any(${inventory}::text[])`.execute(db);
    for (const document of documents.rows) {
      const own = rows.get(document.device_id) ?? new Map();
      rows.set(document.device_id, own.set(document.class_name, document.rows));
    }
  }
  return new Map(
    devices.rows.map((row) => [
      row.id,
      createDeviceFacts(row.id, (className) =>
        isRowClass(className) ? [rowOf(className, row)] : rows.get(row.id)?.get(className),
      ),
    ]),
  );
}

/** Groups that each device is stored to be in. */
export async function readMemberships(
  tx: Transaction,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await sql<{ device_id: string; group_ids: readonly string[] }>`
    select device_id, array_agg(group_id) as group_ids from group_members
    where authority_id = ${tx.authorityId} and device_id = any(${[...deviceIds]}::uuid[])
    group by device_id`.execute(sqlOf(tx));
  return new Map(rows.map((row) => [row.device_id, new Set(row.group_ids)]));
}

export interface MembershipChange {
  readonly group_id: string;
  readonly device_id: string;
}

/** Writes who enters and who leaves, and the groups' counts. */
export async function writeMemberships(
  tx: Transaction,
  entered: readonly MembershipChange[],
  left: readonly MembershipChange[],
): Promise<void> {
  const db = sqlOf(tx);
  const types = { group_id: 'uuid', device_id: 'uuid' };
  if (entered.length > 0) {
    await sql`insert into group_members (authority_id, group_id, device_id)
      select ${tx.authorityId}::uuid, group_id, device_id from ${recordset(entered, types)}
      on conflict do nothing`.execute(db);
  }
  if (left.length > 0) {
    await sql`delete from group_members m using ${recordset(left, types)}
      where m.authority_id = ${tx.authorityId} and m.group_id = t.group_id
        and m.device_id = t.device_id`.execute(db);
  }
  const differences = new Map<string, number>();
  for (const { group_id } of entered) {
    differences.set(group_id, (differences.get(group_id) ?? 0) + 1);
  }
  for (const { group_id } of left) differences.set(group_id, (differences.get(group_id) ?? 0) - 1);
  const rows = [...differences].map(([group_id, difference]) => ({ group_id, difference }));
  if (rows.length === 0) return;
  await sql`update groups g set member_count = g.member_count + t.difference
    from ${recordset(rows, { group_id: 'uuid', difference: 'bigint' })}
    where g.authority_id = ${tx.authorityId} and g.id = t.group_id`.execute(db);
}

/** Devices that are to be looked at again, at the earliest time that is known of each. */
export async function writeWakes(
  tx: Transaction,
  wakes: ReadonlyMap<string, number>,
): Promise<void> {
  if (wakes.size === 0) return;
  const rows = [...wakes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([device_id, at]) => ({ device_id, wake_at: new Date(at).toISOString() }));
  await sql`insert into group_wakes (authority_id, device_id, wake_at)
    select ${tx.authorityId}::uuid, device_id, wake_at
    from ${recordset(rows, { device_id: 'uuid', wake_at: 'timestamptz' })}
    on conflict (authority_id, device_id) do update
      set wake_at = least(group_wakes.wake_at, excluded.wake_at)`.execute(sqlOf(tx));
}

/** The earliest of all wakes; null: there is none. */
export async function readNextWake(tx: Transaction): Promise<number | null> {
  const { rows } = await sql<{
    wake_at: Date | null;
  }>`select min(wake_at) as wake_at from group_wakes
    where authority_id = ${tx.authorityId}`.execute(sqlOf(tx));
  return rows[0]?.wake_at?.getTime() ?? null;
}

export async function forgetWakes(tx: Transaction, deviceIds: readonly string[]): Promise<void> {
  await sql`delete from group_wakes where authority_id = ${tx.authorityId}
    and device_id = any(${[...deviceIds]}::uuid[])`.execute(sqlOf(tx));
}
