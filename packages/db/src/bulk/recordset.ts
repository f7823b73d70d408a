import { type RawBuilder, sql } from 'kysely';

/** Column names and their PostgreSQL types: `{ device_id: 'uuid', rows: 'jsonb' }`. Names and types are the code's, never input. */
export type RecordColumns = Readonly<Record<string, string>>;

/**
 * Rows as a table for FROM, in one bound parameter:
 * `insert into t (a, b) select a, b from ${recordset(rows, { a: 'uuid', b: 'int' })}`.
 * It gives the alias `t`. Dates go as RFC 3339 text; a member that is absent or undefined is null.
 */
export function recordset(rows: readonly object[], columns: RecordColumns): RawBuilder<unknown> {
  const list = Object.entries(columns).map(([name, type]) => {
    if (!TYPE.test(type)) throw new TypeError(`not the name of a type: ${type}`);
    return sql`${sql.id(name)} ${sql.raw(type)}`;
  });
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t(${sql.join(list)})`;
}

const TYPE = /^[a-z][a-z0-9_ ]*(\(\d+(,\d+)?\))?(\[\])?$/;
