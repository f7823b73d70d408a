import type { QueryOptions } from '@moorline/codecs/odata';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import type { Transaction } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import { filterSql } from '../../listing/filter-sql.ts';
import { type ListPage, pageSize } from '../../listing/list.ts';
import {
  afterSql,
  decodeSkipToken,
  encodeSkipToken,
  listOrder,
  orderSql,
  positionSql,
} from '../../listing/page.ts';
import { deviceColumns } from './entity.ts';
import { type DeviceRow, managedDevice, type Presentation } from './present.ts';
import { readTotals } from './store.ts';
import { DEVICE_COLUMNS, type DeviceTables } from './tables.ts';

const SEARCHED = ['name_key', 'serial_key', 'manufacturer_key', 'model_key'] as const;
const DEFAULT_ORDER = [{ property: 'deviceName', isDescending: false }] as const;
const ROW = sql.join(DEVICE_COLUMNS.map((column) => sql.ref(column)));

/** A page of the devices that the options ask for. @throws `odata.skiptoken_invalid` */
export async function listDevices(
  tx: Transaction,
  options: QueryOptions,
  presentation: Presentation,
): Promise<ListPage<ManagedDevice>> {
  const columns = deviceColumns(presentation.agents, presentation.now);
  const order = listOrder(options, columns, DEFAULT_ORDER);
  const top = pageSize(options);
  const conditions = matching(tx, options, presentation);
  if (options.skipToken !== null) {
    conditions.push(afterSql(order, decodeSkipToken(order, options.skipToken)));
  }
  const { rows } = await sql<DeviceRow & { position: readonly string[] }>`
    select ${ROW}, ${positionSql(order)} as position from devices
    where ${sql.join(conditions, sql` and `)}
    order by ${orderSql(order)} limit ${top + 1} offset ${options.skip}`.execute(
    sqlOf<DeviceTables>(tx),
  );
  const page = rows.slice(0, top);
  const last = page.at(-1);
  return {
    items: page.map((row) => managedDevice(row, presentation)),
    count: options.count ? await countDevices(tx, options, presentation) : null,
    skipToken:
      rows.length > top && last
        ? encodeSkipToken(order, { keys: last.position, id: last.id })
        : null,
  };
}

/** How many devices match `$filter` and `$search`; all of them come from the counter. */
export async function countDevices(
  tx: Transaction,
  options: QueryOptions,
  presentation: Presentation,
): Promise<number> {
  if (options.filter === null && options.search.length === 0) {
    return (await readTotals(tx)).reduce((sum, { total }) => sum + total, 0);
  }
  const { rows } = await sql<{ count: string }>`select count(*) as count from devices
    where ${sql.join(matching(tx, options, presentation), sql` and `)}`.execute(
    sqlOf<DeviceTables>(tx),
  );
  return Number(rows[0]?.count ?? 0);
}

function matching(
  tx: Transaction,
  options: QueryOptions,
  presentation: Presentation,
): RawBuilder<boolean>[] {
  const conditions = [sql<boolean>`authority_id = ${tx.authorityId}`];
  if (options.filter !== null) {
    const columns = deviceColumns(presentation.agents, presentation.now);
    conditions.push(filterSql(options.filter, columns));
  }
  for (const term of options.search) conditions.push(beginsWith(term));
  return conditions;
}

// As a range, not as LIKE: row-level security lets an index serve only what cannot leak a row's value.
function beginsWith(term: string): RawBuilder<boolean> {
  const from = sql`(lower(${term}::text) collate "C")`;
  const to = sql`(lower(${term}::text) || ${'\u{10ffff}'} collate "C")`;
  const ranges = SEARCHED.map(
    (column) => sql`(${sql.ref(column)} >= ${from} and ${sql.ref(column)} < ${to})`,
  );
  return sql<boolean>`(${sql.join(ranges, sql` or `)})`;
}
