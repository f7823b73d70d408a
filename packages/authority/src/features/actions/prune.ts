import { sqlOf } from '@moorline/db';
import { sql } from 'kysely';
import type { ActionParts } from './context.ts';
import { HAS_ENDED } from './store.ts';

const DAY_MS = 86_400_000;
const STEP = 200;

/**
 * Forgets actions that ended longer ago than they are kept, with their trails, and bulk actions of which nothing is
 * left; in steps that each are short. Answers how many actions went.
 */
export async function pruneEnded(
  deps: ActionParts,
  options: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { database, clock, settings } = deps;
  const { authorityId } = deps.profile;
  let total = 0;
  for (;;) {
    const gone = await database.transaction(authorityId, async (tx) => {
      const { keepActionsDays } = await settings.current(tx);
      const before = new Date(clock.now() - keepActionsDays * DAY_MS);
      const { rows } = await sql<{ id: string; bulk_id: string | null }>`
        with old as (
          select id from actions
          where authority_id = ${authorityId} and ${HAS_ENDED} and moved_at < ${before}
          order by moved_at limit ${STEP} for update skip locked
        )
        delete from actions a using old
        where a.authority_id = ${authorityId} and a.id = old.id
        returning a.id, a.bulk_id`.execute(sqlOf(tx));
      const bulks = [...new Set(rows.flatMap((row) => row.bulk_id ?? []))];
      if (bulks.length > 0) {
        await sql`delete from bulk_actions b
          where b.authority_id = ${authorityId} and b.id = any(${bulks}::uuid[])
            and not exists (select from actions a
              where a.authority_id = ${authorityId} and a.bulk_id = b.id)`.execute(sqlOf(tx));
      }
      return rows.length;
    });
    total += gone;
    options.signal?.throwIfAborted();
    if (gone < STEP) return total;
  }
}
