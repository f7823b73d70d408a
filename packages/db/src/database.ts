import type { AuthorityId, Logger } from '@moorline/kernel';
import pg from 'pg';
import { type Migration, migrate, underSchemaLock } from './migrations.ts';
import { OUTBOX_MIGRATIONS } from './outbox/outbox-migrations.ts';
import { checkServingRole, ensureServingRole } from './serving-role.ts';
import { asOwner, type DatabaseSource, type OpenSource, openSource } from './source.ts';
import { createTransactor, type Work } from './transactor.ts';

export interface Database extends AsyncDisposable {
  /**
   * Runs `work` in a transaction that sees and writes the rows of `authorityId` only, commits, and calls its
   * afterCommit callbacks. Serialization failures and deadlocks run the work again, at most 3 times. When `signal`
   * is aborted, the running statement is cancelled and nothing is saved.
   * @throws `db.unavailable`, `db.outcome_unknown`, `db.contended`, `db.transaction_aborted`, `db.authority_invalid`;
   *   PostgreSQL's own errors (constraints) as `pg` makes them; what `work` throws; the signal's reason
   */
  transaction<T>(
    authorityId: AuthorityId,
    work: Work<T>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<T>;
  /** The same, read-only: a write fails. */
  read<T>(
    authorityId: AuthorityId,
    work: Work<T>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<T>;
  /** True when PostgreSQL is our own child and ends with this value. */
  readonly ownsServer: boolean;
}

export interface DatabaseOptions {
  readonly source: DatabaseSource;
  /** In the order in which they are applied; db's own come before them. */
  readonly migrations: readonly Migration[];
  readonly logger: Logger;
  /** Gives up opening; a database that is open is not closed by it. */
  readonly signal?: AbortSignal;
  /** Told what is being done at the moment, in words for people. */
  onProgress?(step: string): void;
  /** Connections at most; 10 unless given. */
  readonly poolSize?: number;
}

/**
 * Opens the database: starts PostgreSQL when it is embedded, applies the migrations that are missing as the
 * owner, and serves as `moorline_serving`, which owns nothing and sees one authority at a time.
 * @throws what startEmbeddedServer throws; `db.newer_version`, `db.migrations_out_of_order`,
 *   `db.migration_failed`, `db.unavailable`, `db.url_invalid`, `db.url_refused`, `db.older_server`,
 *   `db.serving_role_missing`, `db.serving_role_too_strong`
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { migrations, logger, signal } = options;
  const progress = (step: string): void => options.onProgress?.(step);
  const source = await openSource(options.source, options);
  try {
    progress('database: migrations');
    await asOwner(source, (client) =>
      underSchemaLock(client, async () => {
        if (options.source.kind === 'url')
          await ensureServingRole(client, { servesToo: options.source.ownerUrl === undefined });
        // Two processes that grant at once would fail on one another's row of the catalogue.
        await client.query('grant usage on schema public to moorline_serving');
        await migrate(client, [...OUTBOX_MIGRATIONS, ...migrations], progress);
      }),
    );
    signal?.throwIfAborted();
    return await serve(source, options.poolSize ?? 10, logger);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function serve(source: OpenSource, poolSize: number, logger: Logger): Promise<Database> {
  const pool = new pg.Pool({
    ...source.serving,
    application_name: 'moorline',
    max: poolSize,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // Without a listener, the loss of an idle connection would end the process. The pool drops it by itself.
  pool.on('error', (err) => logger.debug({ err }, 'idle database connection lost'));
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await pool.end();
    await source.close();
  };
  try {
    const client = await pool.connect();
    try {
      await checkServingRole(client);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  const run = createTransactor(pool, logger);
  return {
    ownsServer: source.ownsServer,
    transaction: (authorityId, work, { signal } = {}) =>
      run({ authorityId, readOnly: false, signal }, work),
    read: (authorityId, work, { signal } = {}) =>
      run({ authorityId, readOnly: true, signal }, work),
    [Symbol.asyncDispose]() {
      closing ??= close();
      return closing;
    },
  };
}
