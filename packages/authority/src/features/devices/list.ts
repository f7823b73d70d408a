import type { Filter, OrderBy, QueryOptions } from '@moorline/codecs/odata';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId } from '@moorline/kernel';
import type { Reach } from '@moorline/model';
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
import { reachSql } from '../access/index.ts';
import type { DeviceDirectory } from './directory/directory.ts';
import { deviceColumns } from './entity.ts';
import { type DeviceRow, managedDevice, type Presentation } from './present.ts';
import { loadDevices, readTotals } from './store.ts';
import { DEVICE_COLUMNS, type DeviceTables } from './tables.ts';

const SEARCHED = ['name_key', 'serial_key', 'manufacturer_key', 'model_key'] as const;
export const DEFAULT_ORDER: readonly [OrderBy] = [{ property: 'deviceName', isDescending: false }];
const ROW = sql.join(DEVICE_COLUMNS.map((column) => sql.ref(column)));

/** Orders that an index serves as they are, so that a page without a filter reads its own rows only. */
const INDEXED: readonly string[] = [
  'deviceName',
  'managedDeviceName',
  'serialNumber',
  'manufacturer',
  'model',
  'lastSyncDateTime',
];
/** Rows that an index may have to pass over. */
const FEW_SKIPPED = 1000;

/**
 * A page of the devices that the options ask for, of those in reach: from an index where one serves it, else from the
 * directory, and from the whole table while the directory cannot answer, which knows no members of collections.
 * @throws `odata.skiptoken_invalid`
 */
export async function listDevices(
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    readonly directory: DeviceDirectory;
  },
  asked: QueryOptions,
  presentation: Presentation,
  reach: Reach | null | undefined,
): Promise<ListPage<ManagedDevice>> {
  const { authorityId, database, directory } = deps;
  const { options, members } = withinReach(asked, reach);
  const isOfTable = isIndexed(options) || members !== null;
  const page = isOfTable ? null : await directory.page(options, presentation);
  if (!page) {
    return database.read(authorityId, (tx) => readPage(tx, options, presentation, members));
  }
  return database.read(authorityId, async (tx) => {
    const rows = await loadDevices(tx, page.ids);
    const total = options.count && !isNarrowed(options) ? await readTotal(tx) : page.count;
    return {
      // One that was removed just now is missing, or that another connector brings now.
      items: page.ids.flatMap((id) => {
        const row = rows.get(id);
        const isReached = reach === null || reach?.origins.includes(row?.origin ?? '') === true;
        return row && isReached ? [managedDevice(row, presentation)] : [];
      }),
      count: options.count ? total : null,
      skipToken: page.skipToken,
    };
  });
}

/** How many devices match; all of them come from the counter. */
export async function countMatching(
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    readonly directory: DeviceDirectory;
  },
  asked: QueryOptions,
  presentation: Presentation,
  reach: Reach | null | undefined,
): Promise<number> {
  const { authorityId, database, directory } = deps;
  const { options, members } = withinReach(asked, reach);
  const isOfDirectory = isNarrowed(options) && members === null;
  const count = isOfDirectory ? await directory.count(options, presentation) : null;
  return (
    count ?? database.read(authorityId, (tx) => countDevices(tx, options, presentation, members))
  );
}

/**
 * The question about the devices in reach. Connectors become a condition like any other, so that whoever answers it
 * answers this one; `members`: what only the table can tell, null when there is no such thing.
 */
export function withinReach(
  options: QueryOptions,
  reach: Reach | null | undefined,
): { readonly options: QueryOptions; readonly members: Reach | null } {
  if (reach === null) return { options, members: null };
  if (reach && reach.groups.length > 0) return { options, members: reach };
  const values = (reach?.origins ?? []).map((value) => ({ type: 'string', value }) as const);
  const within: Filter =
    values.length > 0
      ? { kind: 'in', property: 'connectorId', values }
      : { kind: 'and', operands: [isNull(true), isNull(false)] };
  const filter: Filter =
    options.filter === null ? within : { kind: 'and', operands: [within, options.filter] };
  return { options: { ...options, filter }, members: null };
}

/** Both at once hold for no device. */
function isNull(expected: boolean): Filter {
  return {
    kind: 'comparison',
    property: 'connectorId',
    operator: expected ? 'eq' : 'ne',
    value: { type: 'null' },
  };
}

function isNarrowed({ filter, search }: QueryOptions): boolean {
  return filter !== null || search.length > 0;
}

function isIndexed(options: QueryOptions): boolean {
  const [first = DEFAULT_ORDER[0], ...others] = options.orderBy;
  return (
    !isNarrowed(options) &&
    others.length === 0 &&
    INDEXED.includes(first.property) &&
    options.skip <= FEW_SKIPPED
  );
}

/** A page, read from the table. @throws `odata.skiptoken_invalid` */
export async function readPage(
  tx: Transaction,
  options: QueryOptions,
  presentation: Presentation,
  members: Reach | null = null,
): Promise<ListPage<ManagedDevice>> {
  const columns = deviceColumns(presentation.agents, presentation.now);
  const order = listOrder(options, columns, DEFAULT_ORDER);
  const top = pageSize(options);
  const conditions = matching(tx, options, presentation, members);
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
    count: options.count ? await countDevices(tx, options, presentation, members) : null,
    skipToken:
      rows.length > top && last
        ? encodeSkipToken(order, { keys: last.position, id: last.id })
        : null,
  };
}

/** How many devices match `$filter` and `$search`, read from the table; all of them come from the counter. */
export async function countDevices(
  tx: Transaction,
  options: QueryOptions,
  presentation: Presentation,
  members: Reach | null = null,
): Promise<number> {
  if (!isNarrowed(options) && members === null) {
    return readTotal(tx);
  }
  const { rows } = await sql<{ count: string }>`select count(*) as count from devices
    where ${sql.join(matching(tx, options, presentation, members), sql` and `)}`.execute(
    sqlOf<DeviceTables>(tx),
  );
  return Number(rows[0]?.count ?? 0);
}

async function readTotal(tx: Transaction): Promise<number> {
  return (await readTotals(tx)).reduce((sum, { total }) => sum + total, 0);
}

function matching(
  tx: Transaction,
  options: QueryOptions,
  presentation: Presentation,
  members: Reach | null,
): RawBuilder<boolean>[] {
  const conditions = [
    sql<boolean>`authority_id = ${tx.authorityId}`,
    ...(members ? [reachSql(tx, members, { id: sql`id`, origin: sql`origin` })] : []),
  ];
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
