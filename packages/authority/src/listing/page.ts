import type { OrderBy, QueryOptions } from '@moorline/codecs/odata';
import { isUuid } from '@moorline/kernel';
import { type RawBuilder, sql } from 'kysely';
import type { ListColumn, ListColumns } from './columns.ts';
import { listingErrors } from './errors.ts';
import { bind } from './filter-sql.ts';

/** The order of a list: the keys asked for, and the id, so that it is total. */
export interface ListOrder {
  readonly keys: readonly { readonly column: ListColumn; readonly isDescending: boolean }[];
  /** Names the order, and the list that it orders, in a page token. */
  readonly fingerprint: string;
}

/** Where a page ends: sort keys as text, and the id. */
export interface PagePosition {
  readonly keys: readonly string[];
  readonly id: string;
}

/** Columns and key of the id itself, the last sort key of every list. */
export const ID_KEY: RawBuilder<unknown> = sql`id`;

export function listOrder(
  options: QueryOptions,
  columns: ListColumns,
  defaultOrder: readonly OrderBy[],
): ListOrder {
  const orderBy = options.orderBy.length > 0 ? options.orderBy : defaultOrder;
  const keys = orderBy.map(({ property, isDescending }) => {
    const column = columns[property];
    if (!column) throw new TypeError(`no column behind the sortable property ${property}`);
    return { column, isDescending };
  });
  return { keys, fingerprint: JSON.stringify([orderBy, options.filter, options.search]) };
}

/** `order by` for the list; the id goes the way of the first key, so that one index serves both. */
export function orderSql(order: ListOrder): RawBuilder<unknown> {
  const direction = (isDescending: boolean): RawBuilder<unknown> =>
    isDescending ? sql`desc` : sql`asc`;
  const terms = order.keys.map(
    ({ column, isDescending }) => sql`${keyOf(column)} ${direction(isDescending)}`,
  );
  return sql.join([...terms, sql`${ID_KEY} ${direction(idDescends(order))}`], sql`, `);
}

/** The sort keys of a row as text, to be selected beside it. */
export function positionSql(order: ListOrder): RawBuilder<readonly string[]> {
  const keys = order.keys.map(({ column }) => sql`${keyOf(column)}::text`);
  return sql<readonly string[]>`array[${sql.join(keys, sql`, `)}]::text[]`;
}

/** The condition that a row comes after `position`. */
export function afterSql(order: ListOrder, position: PagePosition): RawBuilder<boolean> {
  const id = sql`${position.id}::uuid`;
  const parts = order.keys.map(({ column, isDescending }, index) => ({
    left: keyOf(column),
    right: boundKey(column, position.keys[index] ?? ''),
    isDescending,
  }));
  const all = [...parts, { left: ID_KEY, right: id, isDescending: idDescends(order) }];
  const isUniform = all.every((part) => part.isDescending === idDescends(order));
  if (isUniform) {
    const left = sql.join(
      all.map((part) => part.left),
      sql`, `,
    );
    const right = sql.join(
      all.map((part) => part.right),
      sql`, `,
    );
    return sql<boolean>`((${left}) ${idDescends(order) ? sql`<` : sql`>`} (${right}))`;
  }
  const alternatives = all.map((part, index) => {
    const equal = all.slice(0, index).map((before) => sql`${before.left} = ${before.right}`);
    const beyond = sql`${part.left} ${part.isDescending ? sql`<` : sql`>`} ${part.right}`;
    return sql`(${sql.join([...equal, beyond], sql` and `)})`;
  });
  return sql<boolean>`(${sql.join(alternatives, sql` or `)})`;
}

/** The position as an opaque $skiptoken, bound to this list. */
export function encodeSkipToken(order: ListOrder, position: PagePosition): string {
  const json = JSON.stringify([checksum(order.fingerprint), position.id, ...position.keys]);
  return Buffer.from(json, 'utf8').toString('base64url');
}

/** @throws `odata.skiptoken_invalid` */
export function decodeSkipToken(order: ListOrder, token: string): PagePosition {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw listingErrors.skipTokenInvalid();
  }
  if (!Array.isArray(json) || !json.every((item): item is string => typeof item === 'string')) {
    throw listingErrors.skipTokenInvalid();
  }
  const [list, id, ...keys] = json;
  const fits =
    list === checksum(order.fingerprint) &&
    isUuid(id) &&
    keys.length === order.keys.length &&
    keys.every((key, index) => isKey(order.keys[index]?.column, key));
  if (!fits) throw listingErrors.skipTokenInvalid();
  return { keys, id };
}

function isKey(column: ListColumn | undefined, key: string): boolean {
  switch (column?.kind) {
    case 'number':
      return /^-?\d{1,32}(\.\d{1,32})?$/.test(key);
    case 'boolean':
      return key === 'true' || key === 'false';
    case 'time':
      return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?$/.test(key);
    case 'uuid':
      return key === '' || isUuid(key);
    default:
      return key.isWellFormed() && !key.includes('\0') && key.length <= 2048;
  }
}

function boundKey(column: ListColumn, text: string): RawBuilder<unknown> {
  // A text key comes from the table in its compared form already.
  if (column.kind === 'text') return sql`(${text}::text collate "C")`;
  return bind(column, column.kind === 'boolean' ? text === 'true' : text);
}

function keyOf(column: ListColumn): RawBuilder<unknown> {
  if (column.kind === 'uuid') return sql`(coalesce(${column.value}::text, '') collate "C")`;
  return column.key ?? column.value;
}

function idDescends(order: ListOrder): boolean {
  return order.keys[0]?.isDescending ?? false;
}

/** FNV-1a: tells lists apart, proves nothing. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
