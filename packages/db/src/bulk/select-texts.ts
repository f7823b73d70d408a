import type { RawBuilder } from 'kysely';
import { fromDriver } from '../driver-errors.ts';
import { clientOf, sqlOf, type Transaction } from '../transaction.ts';

const AS_IT_IS = (text: string): string => text;

/**
 * Rows of a query as arrays of PostgreSQL's own texts, column by column: for thousands of rows, a third of what
 * objects of parsed values cost. Booleans are `t` and `f`, numbers decimal, times in the session's time zone.
 */
export async function selectTexts(
  tx: Transaction,
  query: RawBuilder<unknown>,
): Promise<readonly (readonly (string | null)[])[]> {
  const { sql, parameters } = query.compile(sqlOf(tx));
  try {
    const { rows } = await clientOf(tx).query<(string | null)[]>({
      text: sql,
      values: [...parameters],
      rowMode: 'array',
      types: { getTypeParser: () => AS_IT_IS },
    });
    return rows;
  } catch (error) {
    throw fromDriver(error);
  }
}
