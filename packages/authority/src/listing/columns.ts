import type { RawBuilder } from 'kysely';

/** How a value of the column is bound, compared and carried in a page token. */
export type ColumnKind = 'text' | 'key' | 'uuid' | 'number' | 'boolean' | 'time';

/**
 * The SQL behind a property. Everything is written in code; nothing of a request becomes SQL text.
 *
 * `value` may be null in the table. `key` is what the property is compared and sorted by: for text its
 * lower-case form (comparison is case-insensitive, as in Graph), never null.
 */
export interface ListColumn {
  readonly kind: ColumnKind;
  readonly value: RawBuilder<unknown>;
  /** Absent: `value` itself, which then is never null. */
  readonly key?: RawBuilder<unknown>;
}

export type ListColumns = Readonly<Record<string, ListColumn>>;
