import type { QueryOptions } from '@moorline/codecs/odata';
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
import { COLLECTION_COLUMNS } from './entity.ts';
import { GROUP_COLUMNS, type GroupRow } from './store.ts';
import type { GroupTables } from './tables.ts';

const DEFAULT_ORDER = [{ property: 'displayName', isDescending: false }] as const;
const ROW = sql.join(GROUP_COLUMNS.map((column) => sql.ref(column)));

/** A page of the groups that the options ask for; `only`: of these, null of all. @throws `odata.skiptoken_invalid` */
export async function listGroups(
  tx: Transaction,
  options: QueryOptions,
  only: readonly string[] | null,
): Promise<ListPage<GroupRow>> {
  const order = listOrder(options, COLLECTION_COLUMNS, DEFAULT_ORDER);
  const top = pageSize(options);
  const matching: RawBuilder<boolean>[] = [sql<boolean>`authority_id = ${tx.authorityId}`];
  if (only) matching.push(sql<boolean>`id = any(${[...only]}::uuid[])`);
  if (options.filter !== null) matching.push(filterSql(options.filter, COLLECTION_COLUMNS));
  for (const term of options.search) {
    matching.push(sql<boolean>`starts_with(name_key, lower(${term}::text))`);
  }
  const conditions = [...matching];
  if (options.skipToken !== null) {
    conditions.push(afterSql(order, decodeSkipToken(order, options.skipToken)));
  }
  const db = sqlOf<GroupTables>(tx);
  const { rows } = await sql<GroupRow & { position: readonly string[] }>`
    select ${ROW}, ${positionSql(order)} as position from groups
    where ${sql.join(conditions, sql` and `)}
    order by ${orderSql(order)} limit ${top + 1} offset ${options.skip}`.execute(db);
  const page = rows.slice(0, top);
  const last = page.at(-1);
  let count: number | null = null;
  if (options.count) {
    const counted = await sql<{ count: string }>`select count(*) as count from groups
      where ${sql.join(matching, sql` and `)}`.execute(db);
    count = Number(counted.rows[0]?.count ?? 0);
  }
  return {
    items: page,
    count,
    skipToken:
      rows.length > top && last
        ? encodeSkipToken(order, { keys: last.position, id: last.id })
        : null,
  };
}
