import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId } from '@moorline/kernel';
import { sql } from 'kysely';

/** PostgreSQL's lower(), which is what texts are compared in: which letters it knows is the database's own choice. */
export type LowerCase = (texts: readonly string[]) => Promise<ReadonlyMap<string, string>>;

const MOST_KEPT = 1000;

/** Asks the database; what was asked lately is kept. */
export function createLowerCase(database: Database, authorityId: AuthorityId): LowerCase {
  let known = new Map<string, string>();
  return async (texts) => {
    const found = new Map<string, string>();
    const asked = new Set<string>();
    for (const text of texts) {
      const lower = known.get(text);
      if (lower === undefined) asked.add(text);
      else found.set(text, lower);
    }
    if (asked.size === 0) return found;
    const { rows } = await database.read(authorityId, (tx) =>
      sql<{ text: string; lower: string }>`
        select text, lower(text) as lower from unnest(${[...asked]}::text[]) as text`.execute(
        sqlOf(tx),
      ),
    );
    if (known.size + rows.length > MOST_KEPT) known = new Map();
    for (const { text, lower } of rows) {
      known.set(text, lower);
      found.set(text, lower);
    }
    return found;
  };
}
