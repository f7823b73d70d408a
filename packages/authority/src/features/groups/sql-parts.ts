import type { SqlParts } from '@moorline/query';
import { type RawBuilder, sql } from 'kysely';

/** Parts of a plan as SQL; every value is a bound parameter of its own type. */
export function sqlOfParts<T = unknown>(parts: SqlParts): RawBuilder<T> {
  const pieces = parts.map((part) => {
    if (typeof part === 'string') return sql.raw(part);
    const value = Array.isArray(part.value) ? [...part.value] : part.value;
    return sql`${value}::${sql.raw(part.type)}`;
  });
  return sql<T>`${sql.join(pieces, sql.raw(''))}`;
}
