import { nearest } from '@moorline/kernel';
import { type EntityDescription, usableProperty } from './entity.ts';
import { odataErrors } from './errors.ts';
import type { Filter } from './filter.ts';
import { parseFilter } from './parse-filter.ts';
import { parseSearch } from './search.ts';

export interface OrderBy {
  readonly property: string;
  readonly isDescending: boolean;
}

/** The system query options of one request, read and checked. Absent options are null, or what the default says. */
export interface QueryOptions {
  readonly filter: Filter | null;
  readonly orderBy: readonly OrderBy[];
  /** Null: all properties. */
  readonly select: readonly string[] | null;
  /** Null: as many as the server gives at once. */
  readonly top: number | null;
  readonly skip: number;
  readonly count: boolean;
  /** Terms that must all be found; empty without a $search. */
  readonly search: readonly string[];
  /** As an earlier @odata.nextLink carried it, unverified. */
  readonly skipToken: string | null;
}

export const QUERY_OPTIONS = [
  '$filter',
  '$orderby',
  '$select',
  '$top',
  '$skip',
  '$count',
  '$search',
  '$skiptoken',
] as const;
export type QueryOptionName = (typeof QUERY_OPTIONS)[number];

const MAX_LENGTH: Readonly<Record<QueryOptionName, number>> = {
  $filter: 8192,
  $orderby: 512,
  $select: 4096,
  $top: 16,
  $skip: 16,
  $count: 8,
  $search: 512,
  $skiptoken: 4096,
};
const MAX_ORDER_KEYS = 4;
const MAX_SKIP = 1_000_000_000;

/**
 * Reads the query of a request on a collection of `entity`.
 * @param pairs name and value of every option, percent-decoded; a name twice is an error
 * @param allowed the options that the resource takes; default all
 * @throws `odata.*`; nothing else, whatever the pairs are
 * @spec OData URL Conventions 4.01 §5.1
 */
export function parseQueryOptions(
  pairs: Iterable<readonly [string, string]>,
  entity: EntityDescription,
  allowed: readonly QueryOptionName[] = QUERY_OPTIONS,
): QueryOptions {
  const given = new Map<QueryOptionName, string>();
  for (const [name, value] of pairs) {
    const option = allowed.find((candidate) => candidate === name);
    if (!option)
      throw odataErrors.optionUnknown({ option: name.slice(0, 64), ...hint(name, allowed) });
    if (given.has(option)) throw odataErrors.optionRepeated({ option });
    const limit = MAX_LENGTH[option];
    if (value.length > limit) throw odataErrors.optionTooLong({ option, limit });
    // A lone surrogate cannot be encoded and NUL cannot be stored: neither can match anything.
    if (!value.isWellFormed() || value.includes('\0')) {
      throw invalid(option, 'it holds a character that no text can hold.');
    }
    given.set(option, value);
  }
  const filter = given.get('$filter');
  const orderBy = given.get('$orderby');
  const select = given.get('$select');
  const search = given.get('$search');
  return {
    filter: filter === undefined ? null : parseFilter(filter, entity),
    orderBy: orderBy === undefined ? [] : parseOrderBy(orderBy, entity),
    select: select === undefined ? null : parseSelect(select, entity),
    top: given.has('$top') ? whole('$top', given.get('$top') ?? '') : null,
    skip: given.has('$skip') ? whole('$skip', given.get('$skip') ?? '') : 0,
    count: flag('$count', given.get('$count') ?? 'false'),
    search: search === undefined ? [] : parseSearch(search),
    skipToken: given.get('$skiptoken') ?? null,
  };
}

function hint(name: string, allowed: readonly string[]): { hint: string } {
  const near = nearest(name.startsWith('$') ? name : `$${name}`, allowed);
  return { hint: near ? `Did you mean ${near}?` : `The options are ${allowed.join(', ')}.` };
}

/** @spec OData URL Conventions 4.01 §5.1.5 */
function parseOrderBy(text: string, entity: EntityDescription): OrderBy[] {
  const keys = text.split(',').map((item) => {
    const words = item.trim().split(/\s+/);
    const [property = '', direction = 'asc'] = words;
    if (property === '' || words.length > 2) {
      throw invalid('$orderby', 'write properties separated by commas, each with asc or desc.');
    }
    if (direction !== 'asc' && direction !== 'desc') {
      throw invalid('$orderby', `after ${property} only asc or desc may stand.`);
    }
    usableProperty(entity, property, '$orderby', 'isSortable');
    return { property, isDescending: direction === 'desc' };
  });
  if (keys.length > MAX_ORDER_KEYS) {
    throw invalid('$orderby', `at most ${MAX_ORDER_KEYS} properties can be ordered by.`);
  }
  if (new Set(keys.map((key) => key.property)).size < keys.length) {
    throw invalid('$orderby', 'a property is named twice.');
  }
  return keys;
}

/** @spec OData URL Conventions 4.01 §5.1.4 */
function parseSelect(text: string, entity: EntityDescription): string[] | null {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('*')) return null;
  for (const name of names) usableProperty(entity, name, '$select');
  return [...new Set(names)];
}

/** @spec OData URL Conventions 4.01 §5.1.6 */
function whole(option: '$top' | '$skip', text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= MAX_SKIP)) throw invalid(option, 'write a whole number, 0 or more.');
  return value;
}

/** @spec OData URL Conventions 4.01 §5.1.7 */
function flag(option: '$count', text: string): boolean {
  if (text !== 'true' && text !== 'false') throw invalid(option, 'write true or false.');
  return text === 'true';
}

function invalid(option: QueryOptionName, problem: string): Error {
  return odataErrors.optionInvalid({ option, problem });
}
