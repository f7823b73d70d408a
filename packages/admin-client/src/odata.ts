/** A `$filter` expression: made by the functions below, or any text that the server understands. */
export type Filter = string;
export type FilterValue = string | number | boolean | null;
type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/** A literal: strings in single quotes with quotes inside doubled. @spec OData URL Conventions 4.01 §5.1.1.14.1 */
export function odataLiteral(value: FilterValue): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** `field op value`, with the value written as a literal. */
export function compare<Field extends string>(
  field: Field,
  operator: Comparison,
  value: FilterValue,
): Filter {
  return `${field} ${operator} ${odataLiteral(value)}`;
}

/** `field op instant`: a point in time is written bare. `at` is RFC 3339. */
export function compareTime<Field extends string>(
  field: Field,
  operator: Comparison,
  at: string,
): Filter {
  return `${field} ${operator} ${at}`;
}

/** `contains(field,'text')`, `startswith(field,'text')`, `endswith(field,'text')`. */
export function textFilter<Field extends string>(
  test: 'contains' | 'startswith' | 'endswith',
  field: Field,
  text: string,
): Filter {
  return `${test}(${field},${odataLiteral(text)})`;
}

/** All of them; undefined when none is given, so that no `$filter` is sent. */
export function allOf(filters: readonly (Filter | undefined)[]): Filter | undefined {
  return join(filters, 'and');
}

/** Any of them; undefined when none is given. */
export function anyOf(filters: readonly (Filter | undefined)[]): Filter | undefined {
  return join(filters, 'or');
}

function join(
  filters: readonly (Filter | undefined)[],
  operator: 'and' | 'or',
): Filter | undefined {
  const present = filters.filter((filter) => filter !== undefined && filter !== '');
  if (present.length < 2) return present[0];
  return present.map((filter) => `(${filter})`).join(` ${operator} `);
}

/** Options of a list, as OData names them without the `$`. */
export interface ListOptions<Field extends string = string> {
  readonly filter?: Filter | undefined;
  readonly select?: readonly Field[] | undefined;
  readonly orderBy?: readonly OrderBy<Field>[] | undefined;
  /** Rows in a page. */
  readonly top?: number | undefined;
  readonly skip?: number | undefined;
  /** Free text, as typed: it is sent as one phrase. */
  readonly search?: string | undefined;
  /** Asks for `@odata.count`: how many match in all. */
  readonly count?: boolean | undefined;
}

export interface OrderBy<Field extends string = string> {
  readonly field: Field;
  readonly descending?: boolean | undefined;
}

/** The query string, with its `?`, or nothing. */
export function listQuery<Field extends string>(options: ListOptions<Field>): string {
  const parameters: [string, string][] = [];
  if (options.filter) parameters.push(['$filter', options.filter]);
  if (options.select?.length) parameters.push(['$select', options.select.join(',')]);
  if (options.orderBy?.length) {
    const keys = options.orderBy.map(
      ({ field, descending }) => field + (descending ? ' desc' : ''),
    );
    parameters.push(['$orderby', keys.join(',')]);
  }
  if (options.top !== undefined) parameters.push(['$top', String(options.top)]);
  if (options.skip !== undefined) parameters.push(['$skip', String(options.skip)]);
  const search = options.search?.trim();
  if (search) parameters.push(['$search', searchPhrase(search)]);
  if (options.count !== undefined) parameters.push(['$count', String(options.count)]);
  if (parameters.length === 0) return '';
  return `?${parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

/** A phrase in double quotes; `"` and `\` inside are escaped. @spec OData ABNF 4.01, searchPhrase */
function searchPhrase(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
