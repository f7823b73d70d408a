import { sql } from 'kysely';
import { sqlState } from './driver-errors.ts';
import { sqlOf, type Transaction } from './transaction.ts';

/** unique_violation. @spec PostgreSQL 18, appendix A */
const UNIQUE_VIOLATION = '23505';

/**
 * Runs what inserts rows; false, and nothing of it is done, when a key is taken. The transaction goes on either way.
 * @throws what `work` throws for any other reason
 */
export async function unlessTaken(tx: Transaction, work: () => Promise<unknown>): Promise<boolean> {
  const db = sqlOf(tx);
  await sql`savepoint unless_taken`.execute(db);
  try {
    await work();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    await sql`rollback to savepoint unless_taken`.execute(db);
    return false;
  }
  await sql`release savepoint unless_taken`.execute(db);
  return true;
}
