import { FEDERATION_LIMITS, type RelayClaims } from '@moorline/contracts/federation';
import { type Database, sqlOf } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import { relayRefusals } from './errors.ts';
import type { UplinkTables } from './tables.ts';

/** The relay requests taken so far, on disk until they could no longer pass as fresh: a restart opens no window. */
export interface RelaySeen {
  /**
   * Takes a request's number for good, before anything is done for it.
   * @throws `relay.replayed`
   */
  take(claims: RelayClaims): Promise<void>;
}

const PURGE_MS = 60_000;

export function createRelaySeen(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
}): RelaySeen {
  const { authorityId, database, clock } = deps;
  let purgedAt = 0;
  return {
    async take(claims) {
      const now = clock.now();
      const isPurge = now - purgedAt >= PURGE_MS;
      if (isPurge) purgedAt = now;
      const taken = await database.transaction(authorityId, async (tx) => {
        const db = sqlOf<UplinkTables>(tx);
        if (isPurge) {
          await db
            .deleteFrom('relay_seen')
            .where('authority_id', '=', authorityId)
            .where('expires_at', '<', new Date(now))
            .execute();
        }
        return db
          .insertInto('relay_seen')
          .values({
            authority_id: authorityId,
            jti: claims.jti,
            // Twice the skew: the clock may be put back between now and a replay.
            expires_at: new Date(claims.exp * 1000 + 2 * FEDERATION_LIMITS.clockSkewMs),
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('jti')
          .executeTakeFirst();
      });
      if (!taken) throw relayRefusals.replayed();
    },
  };
}
