import {
  type AuthorityId,
  backoffMs,
  isUuid,
  type Logger,
  systemClock,
  systemEntropy,
} from '@moorline/kernel';
import pg from 'pg';
import { bindKysely } from './bound-kysely.ts';
import { fromDriver, isContention } from './driver-errors.ts';
import { dbErrors } from './errors.ts';
import { openTransaction, type Transaction } from './transaction.ts';

/** Work inside a transaction; it may be run again from its start, so it has no effects outside. */
export type Work<T> = (tx: Transaction) => Promise<T>;

export interface TransactionRun {
  readonly authorityId: AuthorityId;
  readonly readOnly: boolean;
  readonly signal?: AbortSignal | undefined;
}

const RETRIES = 3;

/** Runs `work` in transactions on the pool's connections. `begin` is the statement that opens one. */
export function createTransactor(
  pool: pg.Pool,
  logger: Logger,
): <T>(run: TransactionRun, work: Work<T>) => Promise<T> {
  return async (run, work) => {
    // It becomes part of a statement: SET takes no parameters.
    if (!isUuid(run.authorityId)) throw dbErrors.authorityInvalid();
    for (let attempt = 0; ; attempt++) {
      try {
        const { result, callbacks } = await runOnce(pool, run, work);
        for (const callback of callbacks) callQuietly(callback, logger);
        return result;
      } catch (error) {
        if (!isContention(error)) throw error;
        if (attempt >= RETRIES) throw dbErrors.contended({}, { cause: error });
        logger.debug({ attempt, err: error }, 'transaction is run again');
        const pauseMs = backoffMs({ firstMs: 10, maxMs: 200 }, attempt, systemEntropy);
        await systemClock.sleep(pauseMs, run.signal ? { signal: run.signal } : {});
      }
    }
  };
}

async function runOnce<T>(
  pool: pg.Pool,
  { authorityId, readOnly, signal }: TransactionRun,
  work: Work<T>,
): Promise<{ result: T; callbacks: readonly (() => void | Promise<void>)[] }> {
  signal?.throwIfAborted();
  const client = await pool.connect().catch((error: unknown) => {
    throw fromDriver(error);
  });
  let committing = false;
  let isBroken = false;
  const onError = (): void => {
    // The query in flight fails with the same cause; here only the connection's fate is noted.
    isBroken = true;
  };
  client.on('error', onError);
  const cancellation = watchForAbort(client, pool, signal);
  const mode = readOnly ? 'READ ONLY' : 'READ WRITE';
  const begin = `BEGIN ${mode}; SET LOCAL ROLE moorline_serving; SET LOCAL moorline.authority_id = '${authorityId}'`;
  try {
    return await bindKysely(client, begin)
      .transaction()
      .execute(async (sql) => {
        const { tx, callbacks, end } = openTransaction(authorityId, { sql, client });
        try {
          const result = await work(tx);
          signal?.throwIfAborted();
          committing = true;
          return { result, callbacks };
        } finally {
          end();
        }
      });
  } catch (error) {
    isBroken ||= isNotReusable(client);
    // An abort that comes while COMMIT runs does not undo it, and its outcome is what counts.
    if (signal?.aborted && !committing) throw signal.reason;
    throw error;
  } finally {
    const wasCancelled = await cancellation.end();
    client.off('error', onError);
    client.release(isBroken || wasCancelled);
  }
}

/** A connection that is not back outside of any transaction must not be handed to anybody else. */
function isNotReusable(client: pg.PoolClient): boolean {
  return client.getTransactionStatus() !== 'I';
}

/** Cancels the running statement when `signal` is aborted; `end` says whether that happened, and waits for it. */
function watchForAbort(
  client: pg.PoolClient,
  pool: pg.Pool,
  signal: AbortSignal | undefined,
): { end(): Promise<boolean> } {
  if (!signal) return { end: async () => false };
  let cancelling: Promise<void> | undefined;
  const onAbort = (): void => {
    cancelling = cancelStatement(client, pool);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    async end() {
      signal.removeEventListener('abort', onAbort);
      await cancelling;
      return cancelling !== undefined;
    },
  };
}

/** On a connection of its own: the pool may be exhausted by the very statements that are to be cancelled. */
async function cancelStatement(client: pg.PoolClient, pool: pg.Pool): Promise<void> {
  const { processID } = client as pg.PoolClient & { readonly processID: number | null };
  const control = new pg.Client(pool.options);
  control.on('error', () => {});
  try {
    await control.connect();
    await control.query('select pg_cancel_backend($1)', [processID]);
  } catch {
    // No connection to be had: ending the statement's own is what is left. A pool's client is a Client.
    await (client as unknown as pg.Client).end();
  } finally {
    await control.end().catch(() => {});
  }
}

function callQuietly(callback: () => void | Promise<void>, logger: Logger): void {
  const report = (err: unknown): void =>
    logger.error({ err }, 'something that was to follow a commit failed');
  try {
    Promise.resolve(callback()).catch(report);
  } catch (error) {
    report(error);
  }
}
