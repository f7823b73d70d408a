import type { Filter, QueryOptions } from '@moorline/codecs/odata';
import type { ListOrder } from '../../../listing/page.ts';
import { decodeSkipToken, encodeSkipToken } from '../../../listing/page.ts';
import type { Presentation } from '../present.ts';
import type { DeviceTable } from './device-table.ts';
import { type Narrow, type NarrowContext, narrowBy, narrowBySearch } from './narrow.ts';
import type { Pace } from './pace.ts';
import { directoryProperty } from './properties.ts';
import { scanPage } from './scan.ts';
import type { Candidates } from './select-range.ts';
import { idKey, sortKey } from './sort-keys.ts';
import { likePattern } from './text-test.ts';

/** A page as the directory knows it: which devices, in their order. */
export interface DirectoryPage {
  readonly ids: readonly string[];
  /** How many match `$filter` and `$search`. */
  readonly count: number;
  readonly skipToken: string | null;
}

/** A list's question, with what of it PostgreSQL has answered already. */
export interface DirectoryQuery {
  readonly options: QueryOptions;
  readonly presentation: Pick<Presentation, 'agents' | 'now'>;
  /** lower() of every text that `textsOf` names. */
  readonly lower: ReadonlyMap<string, string>;
}

/** The texts of a question whose lower case PostgreSQL must say. */
export function textsOf({ filter, search }: Pick<QueryOptions, 'filter' | 'search'>): string[] {
  return [...search, ...(filter ? textsOfFilter(filter) : [])];
}

function textsOfFilter(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.flatMap(textsOfFilter);
    case 'not':
      return textsOfFilter(filter.operand);
    case 'text':
      return [likePattern(filter)];
    case 'comparison':
      return filter.value.type === 'string' ? [filter.value.value] : [];
    case 'in':
      return filter.values.flatMap((value) => (value.type === 'string' ? [value.value] : []));
  }
}

/** What keeps the rows that the question is about. */
export function narrowsOf(
  table: DeviceTable,
  { options, presentation, lower }: DirectoryQuery,
): readonly Narrow[] {
  const context: NarrowContext = {
    table,
    property: (name) => directoryProperty(name, table.columns, presentation),
    lower(text) {
      const folded = lower.get(text);
      if (folded === undefined) throw new TypeError('a text was not put to lower()');
      return folded;
    },
  };
  return [
    ...(options.filter ? [narrowBy(options.filter, context)] : []),
    ...options.search.map((term) => narrowBySearch(context.lower(term), table)),
  ];
}

/**
 * The page of the list, from the table. `top`: rows of a page.
 * @throws `odata.skiptoken_invalid`
 */
export async function answerPage(
  table: DeviceTable,
  query: DirectoryQuery,
  list: { readonly order: ListOrder; readonly properties: readonly string[]; readonly top: number },
  work: { readonly candidates: Candidates; readonly pace: Pace },
): Promise<DirectoryPage> {
  const { options, presentation } = query;
  const { order, top } = list;
  const position = options.skipToken === null ? null : decodeSkipToken(order, options.skipToken);
  const keys = order.keys.map(({ isDescending }, index) => ({
    key: sortKey(
      directoryProperty(list.properties[index] ?? '', table.columns, presentation),
      table,
    ),
    isDescending,
  }));
  const ids = { key: idKey(table), isDescending: order.keys[0]?.isDescending ?? false };
  const { slots, count } = await scanPage(
    table,
    {
      narrows: narrowsOf(table, query),
      order: [...keys, ids],
      after: position && [...position.keys, position.id],
      skip: options.skip,
      take: top + 1,
    },
    work.candidates,
    work.pace,
  );
  const page = slots.slice(0, top);
  const last = page.at(-1);
  return {
    ids: page.map((slot) => ids.key.textOf(slot)),
    count,
    skipToken:
      slots.length > top && last !== undefined
        ? encodeSkipToken(order, {
            keys: keys.map(({ key }) => key.textOf(last)),
            id: ids.key.textOf(last),
          })
        : null,
  };
}
