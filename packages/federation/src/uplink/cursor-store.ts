import { comparePositions, FIRST_POSITION } from '@moorline/contracts/federation';
import { type Database, sqlOf } from '@moorline/db';
import { type AuthorityId, type Clock, type Entropy, uuidv7 } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { UplinkTables, UploadCursorRow } from './tables.ts';

/**
 * Where the upload stands. `sent` is stored before a batch leaves, so a tenant that claims to be further than
 * that has seen a future of this change log which no longer is: the log was put back from a backup.
 */
export interface UploadCursors {
  /** Makes the first epoch when there is none yet. */
  read(): Promise<UploadCursorRow>;
  /** Before a batch is sent: up to `acknowledged` the tenant has everything, and may soon have it up to `to`. */
  sending(acknowledged: string, to: string): Promise<void>;
  acknowledged(cursor: string): Promise<void>;
  /** Everything goes again, in the transaction that notes it in the change log. */
  beginFullSync(tx: Transaction): Promise<void>;
  /** Everything there is was acknowledged: what was under way is complete. */
  endFullSync(): Promise<void>;
  /** Begins a new epoch: whoever is told next is told everything. */
  restart(tx: Transaction): Promise<void>;
  /**
   * The position to go on from, when the tenant holds `tenantCursor`, which it has acknowledged by that; a new epoch,
   * when that cannot be one of this log.
   */
  resume(
    tenantCursor: string,
  ): Promise<{ readonly kind: 'from'; readonly cursor: string } | { readonly kind: 'newEpoch' }>;
}

export function createUploadCursors(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): UploadCursors {
  const { authorityId, database, clock, entropy } = deps;

  const update = (
    change: Partial<Omit<UploadCursorRow, 'authority_id'>>,
    tx: Transaction,
  ): Promise<unknown> =>
    sqlOf<UplinkTables>(tx)
      .updateTable('upload_cursors')
      .set(change)
      .where('authority_id', '=', authorityId)
      .execute();

  const readIn = (tx: Transaction): Promise<UploadCursorRow | undefined> =>
    sqlOf<UplinkTables>(tx)
      .selectFrom('upload_cursors')
      .selectAll()
      .where('authority_id', '=', authorityId)
      .executeTakeFirst();

  const fresh = () => ({
    epoch: uuidv7(clock, entropy),
    acknowledged: FIRST_POSITION,
    sent: FIRST_POSITION,
    is_full_sync: true,
  });

  const read = async (): Promise<UploadCursorRow> => {
    const known = await database.read(authorityId, readIn);
    if (known) return known;
    return database.transaction(authorityId, async (tx) => {
      await sqlOf<UplinkTables>(tx)
        .insertInto('upload_cursors')
        .values({
          authority_id: authorityId,
          ...fresh(),
          last_upload_at: null,
          last_full_sync_at: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const made = await readIn(tx);
      if (!made) throw new Error('the upload cursor was not stored');
      return made;
    });
  };

  const store: UploadCursors = {
    read,
    async sending(acknowledged, to) {
      await database.transaction(authorityId, (tx) => update({ acknowledged, sent: to }, tx));
    },
    async acknowledged(cursor) {
      await database.transaction(authorityId, (tx) =>
        update({ acknowledged: cursor, last_upload_at: new Date(clock.now()) }, tx),
      );
    },
    async restart(tx) {
      await update({ ...fresh(), last_upload_at: null }, tx);
    },
    beginFullSync: async (tx) => {
      await update({ is_full_sync: true }, tx);
    },
    async endFullSync() {
      await database.transaction(authorityId, (tx) =>
        update({ is_full_sync: false, last_full_sync_at: new Date(clock.now()) }, tx),
      );
    },
    async resume(tenantCursor) {
      const { sent, acknowledged } = await read();
      if (comparePositions(tenantCursor, sent) > 0) {
        await database.transaction(authorityId, (tx) => update(fresh(), tx));
        return { kind: 'newEpoch' };
      }
      // The answer to a batch may have been lost, with the connection or with this process.
      if (comparePositions(tenantCursor, acknowledged) > 0) await store.acknowledged(tenantCursor);
      return { kind: 'from', cursor: tenantCursor };
    },
  };
  return store;
}
