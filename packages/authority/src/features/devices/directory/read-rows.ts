import type { Buffer } from 'node:buffer';
import { copyOut } from '@moorline/db';
import type { Transaction } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import type { ListColumn, ListColumns } from '../../../listing/columns.ts';
import type { DeviceColumns, DeviceTable } from './device-table.ts';
import type { IdWords } from './id-index.ts';

/** The columns in the order in which they are read, and where their values come from: a property's, or SQL. */
const SOURCES: readonly (readonly [keyof DeviceColumns, string | RawBuilder<unknown>])[] = [
  ['origin', sql`origin`],
  ['name', 'deviceName'],
  ['serialNumber', 'serialNumber'],
  ['ethernetMacAddress', 'ethernetMacAddress'],
  ['wifiMacAddress', 'wiFiMacAddress'],
  ['manufacturer', 'manufacturer'],
  ['model', 'model'],
  ['operatingSystem', 'operatingSystem'],
  ['operatingSystemName', sql`operating_system`],
  ['osVersion', 'osVersion'],
  ['clientVersion', 'clientVersion'],
  ['architecture', 'processorArchitecture'],
  ['chassisType', 'chassisType'],
  ['physicalMemoryBytes', 'physicalMemoryInBytes'],
  ['totalStorageBytes', 'totalStorageSpaceInBytes'],
  ['freeStorageBytes', 'freeStorageSpaceInBytes'],
  ['lastContactAt', 'lastSyncDateTime'],
  ['enrolledAt', 'enrolledDateTime'],
  ['certificateExpiresAt', 'managementCertificateExpirationDate'],
  ['online', 'online'],
];

/** What a row's transaction is called: the version of what is here. */
const VERSION = sql`xmin`;

/** Rows in COPY's binary form: id, version, then the columns. */
export function readRows(
  tx: Transaction,
  columns: ListColumns,
  which: RawBuilder<unknown>,
): Promise<Buffer> {
  const list = sql.join(
    SOURCES.map(([, source]) => (typeof source === 'string' ? keyOf(columns[source]) : source)),
  );
  return copyOut(
    tx,
    sql`select id, ${VERSION}, ${list} from devices
      where authority_id = ${sql.lit(tx.authorityId)} and ${which}`,
  );
}

/** Ids and versions in COPY's binary form. */
export function readVersions(tx: Transaction, which: RawBuilder<unknown>): Promise<Buffer> {
  return copyOut(
    tx,
    sql`select id, ${VERSION} from devices
      where authority_id = ${sql.lit(tx.authorityId)} and ${which}`,
  );
}

/** The condition for these ids. */
export function withIds(ids: readonly string[]): RawBuilder<unknown> {
  return sql`id = any(${sql.lit(`{${ids.join()}}`)}::uuid[])`;
}

/** The condition and order for the next `limit` rows after an id. */
export function nextAfter(id: string, limit: number): RawBuilder<unknown> {
  return sql`id > ${sql.lit(id)}::uuid order by id limit ${sql.lit(limit)}`;
}

function keyOf(column: ListColumn | undefined): RawBuilder<unknown> {
  if (!column) throw new TypeError('a column of the device directory is no property of devices');
  if (!column.key) return column.value;
  return sql`case when ${column.value} is not null then ${column.key} end`;
}

const HEADER_BYTES = 19;

/** Calls `take` for every row of a COPY: where its id's value and what follows it begin. Answers how many there were. */
export function eachRow(
  bytes: Buffer,
  take: (id: IdWords, version: number, at: number) => number,
): number {
  const id = new Uint32Array(4);
  let at = HEADER_BYTES;
  let count = 0;
  while (bytes.readInt16BE(at) >= 0) {
    // The number of columns, then each value after its length.
    at += 2 + 4;
    for (let word = 0; word < 4; word++) id[word] = bytes.readUInt32BE(at + word * 4);
    at = take(id, bytes.readUInt32BE(at + 20), at + 24);
    count++;
  }
  return count;
}

/**
 * Takes the row whose columns begin at `at` into the table; answers where they end, and whether the row is
 * another now.
 */
export function takeRow(
  table: DeviceTable,
  slot: number,
  bytes: Buffer,
  at: number,
): { readonly end: number; readonly isChanged: boolean } {
  let isChanged = false;
  let position = at;
  for (const [name] of SOURCES) {
    const column = table.columns[name];
    const length = bytes.readInt32BE(position);
    position += 4;
    if (column.kind === 'number') {
      const value = bytes.readInt32BE(position) * 2 ** 32 + bytes.readUInt32BE(position + 4);
      if (table.setNumber(column, slot, value)) isChanged = true;
    } else if (column.kind === 'boolean') {
      if (table.setNumber(column, slot, bytes[position] ?? 0)) isChanged = true;
    } else if (table.set(column, slot, bytes, position, length)) {
      isChanged = true;
    }
    if (length > 0) position += length;
  }
  return { end: position, isChanged };
}
