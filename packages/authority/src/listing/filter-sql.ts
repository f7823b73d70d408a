import type { Comparison, Filter, FilterLiteral } from '@moorline/codecs/odata';
import { isUuid } from '@moorline/kernel';
import { type RawBuilder, sql } from 'kysely';
import type { ListColumn, ListColumns } from './columns.ts';

type Condition = RawBuilder<boolean>;

const OPERATORS: Readonly<Record<Comparison, RawBuilder<unknown>>> = {
  eq: sql`=`,
  ne: sql`<>`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};
const NEVER: Condition = sql<boolean>`false`;

/** The filter as a condition that is true or false, never null; values are bound parameters. */
export function filterSql(filter: Filter, columns: ListColumns): Condition {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map((operand) => filterSql(operand, columns));
      return sql<boolean>`(${sql.join(operands, filter.kind === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      return sql<boolean>`(not ${filterSql(filter.operand, columns)})`;
    case 'comparison':
      return comparison(columnOf(columns, filter.property), filter.operator, filter.value);
    case 'in': {
      const column = columnOf(columns, filter.property);
      const operands = filter.values.map((value) => comparison(column, 'eq', value));
      return sql<boolean>`(${sql.join(operands, sql` or `)})`;
    }
    case 'text': {
      const column = columnOf(columns, filter.property);
      const text = escapeLike(filter.value);
      const pattern =
        filter.function === 'contains'
          ? `%${text}%`
          : filter.function === 'startswith'
            ? `${text}%`
            : `%${text}`;
      return sql<boolean>`(${textOf(column)} like lower(${pattern}) and ${column.value} is not null)`;
    }
  }
}

function comparison(column: ListColumn, operator: Comparison, literal: FilterLiteral): Condition {
  const isEquality = operator === 'eq' || operator === 'ne';
  if (literal.type === 'null') {
    return operator === 'ne'
      ? sql<boolean>`(${column.value} is not null)`
      : sql<boolean>`(${column.value} is null)`;
  }
  if (column.kind === 'uuid' && isEquality) {
    const id = String(literal.value).toLowerCase();
    const equal = isUuid(id)
      ? sql<boolean>`(${column.value} = ${id}::uuid and ${column.value} is not null)`
      : NEVER;
    return operator === 'eq' ? equal : sql<boolean>`(not ${equal})`;
  }
  const left = column.kind === 'uuid' ? textOf(column) : (column.key ?? column.value);
  const compared = sql<boolean>`${left} ${OPERATORS[operator]} ${bind(column, literal.value)}`;
  // A value that is not there differs from every literal, and is neither before nor after one.
  return operator === 'ne'
    ? sql<boolean>`(${column.value} is null or ${compared})`
    : sql<boolean>`(${compared} and ${column.value} is not null)`;
}

function textOf(column: ListColumn): RawBuilder<unknown> {
  if (column.kind === 'uuid') return sql`(${column.value}::text collate "C")`;
  return column.key ?? column.value;
}

/** A value of a query or a page token as a parameter of the column's own type. */
export function bind(column: ListColumn, value: string | number | boolean): RawBuilder<unknown> {
  switch (column.kind) {
    case 'text':
      return sql`(lower(${String(value)}::text) collate "C")`;
    case 'key':
    case 'uuid':
      return sql`(${String(value)}::text collate "C")`;
    case 'number':
      return sql`${String(value)}::numeric`;
    case 'boolean':
      return sql`${value === true}::boolean`;
    case 'time':
      return sql`${String(value)}::timestamptz`;
  }
}

function columnOf(columns: ListColumns, property: string): ListColumn {
  const column = Object.hasOwn(columns, property) ? columns[property] : undefined;
  if (!column) throw new TypeError(`no column behind the filterable property ${property}`);
  return column;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
