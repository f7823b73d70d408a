import {
  type EntityDescription,
  parseQueryOptions,
  type QueryOptionName,
  type QueryOptions,
} from '@moorline/codecs/odata';
import type { HttpRequest } from '@moorline/http';
import { type TProperties, Type } from 'typebox';
import { originOf } from '../request-origin.ts';
import type { ListPage } from './list.ts';

/** For OpenAPI only: what is in the query is read and judged by the OData parser, which names the nearest option. */
const OPTION_SCHEMAS = {
  $filter: Type.Optional(Type.String({ description: 'Which items: OData 4.01, §5.1.1.' })),
  $orderby: Type.Optional(Type.String({ description: 'Properties, each with asc or desc.' })),
  $select: Type.Optional(Type.String({ description: 'Properties to answer; all unless given.' })),
  $top: Type.Optional(Type.String({ description: 'Size of a page, 1 to 1000; 100 unless given.' })),
  $skip: Type.Optional(Type.String({ description: 'Items to pass over.' })),
  $count: Type.Optional(Type.String({ description: 'true: @odata.count says how many match.' })),
  $search: Type.Optional(
    Type.String({ description: 'Words that a name, serial number, maker or model begins with.' }),
  ),
  $skiptoken: Type.Optional(Type.String({ description: 'As @odata.nextLink carries it.' })),
} as const;

/** Schema of the query string of a route that takes these options. */
export function querySchema(
  allowed: readonly QueryOptionName[],
): ReturnType<typeof Type.Object<TProperties>> {
  const properties: TProperties = {};
  for (const name of allowed) properties[name] = OPTION_SCHEMAS[name];
  return Type.Object(properties, { additionalProperties: true });
}

/** The system query options of the request. @throws `odata.*` */
export function queryOf(
  request: HttpRequest,
  entity: EntityDescription,
  allowed: readonly QueryOptionName[],
): QueryOptions {
  return parseQueryOptions(new URLSearchParams(queryText(request)), entity, allowed);
}

export interface CollectionAnswer<T> {
  '@odata.context': string;
  '@odata.count'?: number;
  '@odata.nextLink'?: string;
  value: T[];
}

/** The page as a collection, with the link to the next one. @spec OData JSON Format 4.01 §12 */
export function collectionOf<T extends object>(
  request: HttpRequest,
  context: string,
  options: QueryOptions,
  page: ListPage<T>,
): CollectionAnswer<Partial<T>> {
  return {
    '@odata.context': contextOf(request, context, options.select),
    ...(page.count === null ? {} : { '@odata.count': page.count }),
    ...(page.skipToken === null ? {} : { '@odata.nextLink': nextLink(request, page.skipToken) }),
    value: page.items.map((item) => narrow(item, options.select)),
  };
}

/** The selected properties of an item; null selects all. */
export function narrow<T extends object>(item: T, select: readonly string[] | null): Partial<T> {
  if (select === null) return item;
  const entries = Object.entries(item).filter(([name]) => select.includes(name));
  return Object.fromEntries(entries) as Partial<T>;
}

/** @spec OData Protocol 4.01 §10 */
export function contextOf(
  request: HttpRequest,
  what: string,
  select: readonly string[] | null,
): string {
  const shape = select === null ? '' : `(${select.join(',')})`;
  return `${originOf(request)}/v1.0/$metadata#${what}${shape}`;
}

function nextLink(request: HttpRequest, skipToken: string): string {
  const query = new URLSearchParams(queryText(request));
  query.delete('$skip');
  query.set('$skiptoken', skipToken);
  // Names keep their dollar sign: clients look for it in links, and it needs no encoding.
  const text = query.toString().replaceAll('%24', '$');
  return `${originOf(request)}${pathOf(request)}?${text}`;
}

function queryText(request: HttpRequest): string {
  const start = request.url.indexOf('?');
  return start < 0 ? '' : request.url.slice(start + 1);
}

function pathOf(request: HttpRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}
