import type { AuthorityId } from '@moorline/kernel';
import { type Transaction as KyselyTransaction, sql } from 'kysely';
import type pg from 'pg';
import { dbErrors } from './errors.ts';

export type { KyselyTransaction };

/** An open transaction of one authority: who needs one takes it. Useless after its end. */
export interface Transaction {
  readonly authorityId: AuthorityId;
  /**
   * Calls `callback` once the transaction is committed and its connection is free; not at all when it is not, and
   * once even when the work was run again. What it throws is logged and goes no further.
   */
  afterCommit(callback: () => void | Promise<void>): void;
}

interface Opened {
  readonly sql: KyselyTransaction<unknown>;
  readonly client: pg.ClientBase;
}

const opened = new WeakMap<Transaction, Opened>();

/** Makes the value that stands for an open transaction; `end` takes its powers away. */
export function openTransaction(
  authorityId: AuthorityId,
  inside: Opened,
): { tx: Transaction; callbacks: readonly (() => void | Promise<void>)[]; end(): void } {
  const callbacks: (() => void | Promise<void>)[] = [];
  const tx: Transaction = {
    authorityId,
    afterCommit(callback) {
      openedOf(tx);
      callbacks.push(callback);
    },
  };
  opened.set(tx, inside);
  return { tx, callbacks, end: () => void opened.delete(tx) };
}

function openedOf(tx: Transaction): Opened {
  const inside = opened.get(tx);
  if (!inside) throw dbErrors.transactionEnded();
  return inside;
}

/**
 * The open transaction's Kysely, typed with the calling feature's own tables.
 * @throws `db.transaction_ended`
 */
export function sqlOf<Tables>(tx: Transaction): KyselyTransaction<Tables> {
  // The table types are the caller's knowledge; Kysely has no run-time form of them.
  return openedOf(tx).sql as unknown as KyselyTransaction<Tables>;
}

/**
 * Lets the commit return before it is on disk. The server is as consistent as ever after a crash, but the last such
 * transactions may be missing together: only for what the sender sends again when it is told so.
 */
export async function commitWithoutWaiting(tx: Transaction): Promise<void> {
  await sql`set local synchronous_commit = off`.execute(sqlOf(tx));
}

/** Lets every read of the transaction see one moment; before its first. */
export async function oneMoment(tx: Transaction): Promise<void> {
  await sql`set transaction isolation level repeatable read`.execute(sqlOf(tx));
}

/** The connection under the transaction, for what Kysely cannot say: COPY. */
export function clientOf(tx: Transaction): pg.ClientBase {
  return openedOf(tx).client;
}
