import type { StatusMessage } from '@moorline/contracts/admin';
import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, uuidv7 } from '@moorline/kernel';
import type { UplinkTables } from '../tables.ts';
import { STATUS_COMPONENT, type Verdict } from './verdict.ts';

const KEPT = 100;

/** What was raised, the last hundred of it. */
export interface StatusMessages {
  /** Newest first. */
  list(): Promise<readonly StatusMessage[]>;
  /** Stores the verdict when it is another than the last one; true when it did. */
  raise(verdict: Verdict): Promise<boolean>;
}

export function createStatusMessages(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): StatusMessages {
  const { authorityId, database, clock, entropy } = deps;
  return {
    async list() {
      const rows = await database.read(authorityId, (tx) =>
        sqlOf<UplinkTables>(tx)
          .selectFrom('status_messages')
          .selectAll()
          .where('authority_id', '=', authorityId)
          .orderBy('id', 'desc')
          .limit(KEPT)
          .execute(),
      );
      return rows.map((row) => ({
        id: row.id,
        messageId: row.message_id,
        severity: row.severity,
        component: STATUS_COMPONENT,
        message: row.message,
        raisedDateTime: row.raised_at.toISOString(),
      }));
    },
    raise: (verdict) =>
      database.transaction(authorityId, async (tx) => {
        const sql = sqlOf<UplinkTables>(tx);
        const rows = await sql
          .selectFrom('status_messages')
          .select(['id', 'message_id', 'message'])
          .where('authority_id', '=', authorityId)
          .orderBy('id', 'desc')
          .limit(KEPT)
          .execute();
        const [last] = rows;
        if (last?.message_id === verdict.messageId && last.message === verdict.message) {
          return false;
        }
        const oldest = rows[KEPT - 2];
        if (oldest) {
          await sql
            .deleteFrom('status_messages')
            .where('authority_id', '=', authorityId)
            .where('id', '<', oldest.id)
            .execute();
        }
        await sql
          .insertInto('status_messages')
          .values({
            authority_id: authorityId,
            id: uuidv7(clock, entropy),
            message_id: verdict.messageId,
            severity: verdict.severity,
            message: verdict.message,
            raised_at: new Date(clock.now()),
          })
          .execute();
        return true;
      }),
  };
}
