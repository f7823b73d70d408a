import { sqlOf } from '@moorline/db';
import type { ConnectorId, DeviceId } from '@moorline/kernel';
import type { UploadCategory } from '@moorline/model';
import { UPLOAD_CATEGORIES } from '@moorline/model';
import {
  type BucketDigest,
  type DeviceDigest,
  DIGEST_BUCKETS,
  type Transaction,
} from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import type { Told } from './upload-selection.ts';

/** Whose devices: own ones as they are told, or those of an origin as they are held. */
export type DigestedDevices =
  | { readonly told: Told; readonly categories: readonly UploadCategory[] }
  | { readonly origin: ConnectorId };

/**
 * Digests of all buckets that have devices. Where the devices come from and where they are held, the same columns
 * are digested by the same statement, with what is stored for a column that was not told in the place of those.
 */
export async function digestBuckets(
  tx: Transaction,
  devices: DigestedDevices,
): Promise<readonly BucketDigest[]> {
  const { rows } = await sql<BucketDigest>`
    select ${BUCKET} as bucket, count(*)::int as devices,
      bit_xor(${digestOf(devices)})::text as digest
    from devices d where ${isOne(tx, devices)} group by 1`.execute(sqlOf(tx));
  return rows;
}

/** Digests of the devices in these buckets, each alone. */
export async function digestDevices(
  tx: Transaction,
  devices: DigestedDevices,
  buckets: readonly number[],
): Promise<readonly DeviceDigest[]> {
  const { rows } = await sql<{ id: DeviceId; digest: string }>`
    select d.id, (${digestOf(devices)})::text as digest from devices d
    where ${isOne(tx, devices)} and ${BUCKET} = any(${[...buckets]}::int[])`.execute(sqlOf(tx));
  return rows;
}

// The end of a UUIDv7 is random, so buckets fill alike.
const BUCKET: RawBuilder<number> = sql<number>`(('x' || right(d.id::text, 3))::bit(12)::int & ${sql.lit(DIGEST_BUCKETS - 1)})`;

function isOne(tx: Transaction, devices: DigestedDevices): RawBuilder<boolean> {
  const whose =
    'origin' in devices
      ? sql`d.origin = ${devices.origin}::uuid`
      : sql`d.origin is null and ${devices.told ?? sql`true`}`;
  return sql<boolean>`(d.authority_id = ${tx.authorityId} and ${whose})`;
}

/** 64 bits of the row's SHA-256. A row's text depends on no setting: times are milliseconds since 1970. */
function digestOf(devices: DigestedDevices): RawBuilder<string> {
  const categories = 'origin' in devices ? UPLOAD_CATEGORIES : devices.categories;
  const column = (
    category: UploadCategory,
    value: RawBuilder<unknown>,
    absent: RawBuilder<unknown>,
  ): RawBuilder<unknown> => (categories.includes(category) ? value : absent);
  const milliseconds = (name: string): RawBuilder<unknown> =>
    sql`floor(extract(epoch from ${sql.ref(`d.${name}`)}) * 1000)::bigint`;
  const nothing = sql`null::text`;
  const noTime = sql`0::bigint`;
  const columns = [
    sql`d.id`,
    sql`d.name`,
    ...['operating_system', 'os_version'].map((name) =>
      column('operatingSystem', sql.ref(`d.${name}`), nothing),
    ),
    ...['manufacturer', 'model', 'serial_number'].map((name) =>
      column('hardware', sql.ref(`d.${name}`), nothing),
    ),
    ...['architecture', 'chassis_type'].map((name) =>
      column('hardware', sql.ref(`d.${name}`), sql`'unknown'`),
    ),
    ...[
      'physical_memory_bytes',
      'total_storage_bytes',
      'free_storage_bytes',
      'ethernet_mac_address',
      'wifi_mac_address',
    ].map((name) => column('hardware', sql.ref(`d.${name}`), nothing)),
    column('health', sql`d.online`, sql`false`),
    column('health', milliseconds('last_contact_at'), noTime),
    milliseconds('enrolled_at'),
    column('health', sql`d.client_version`, sql`''`),
    column('health', milliseconds('certificate_expires_at'), noTime),
  ];
  return sql<string>`('x' || left(encode(sha256(convert_to(row(${sql.join(columns)})::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint`;
}
