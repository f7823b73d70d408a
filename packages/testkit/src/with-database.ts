import { type Database, type DatabaseSource, type Migration, openDatabase } from '@moorline/db';
import {
  type AuthorityId,
  silentLogger,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import pg from 'pg';
import { borrowServer } from './servers/borrower.ts';
import { startOwnServer } from './servers/own-server.ts';
import { asEmbedded, type TestServer, templateWith } from './servers/test-server.ts';

/** A fresh database with the given migrations applied, on the one PostgreSQL that this process has. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** An authority that nobody else in the test uses: row-level security keeps tests apart. */
  newAuthority(): AuthorityId;
  /** Runs SQL as the owner of the schema, past row-level security: for attacks and for checks. */
  asOwner(statement: string): Promise<readonly Record<string, unknown>[]>;
}

/** Where the test runner lends servers; without it, a test file has a server of its own. */
const LENDER = process.env.MOORLINE_TEST_SERVERS;

/** PostgreSQL's own: copying its files costs less than making an empty database through the log. */
const EMPTY = 'template1';

let shared: Promise<TestServer> | undefined;
let users = 0;
let databases = 0;

/**
 * The source of a fresh database: empty, or with `migrations` applied, as a copy of one that was migrated before.
 * Disposing the last one gives the server back.
 */
export async function testDatabaseSource(
  migrations?: readonly Migration[],
): Promise<
  AsyncDisposable & { readonly source: DatabaseSource; asOwner: TestDatabase['asOwner'] }
> {
  users++;
  shared ??= LENDER ? borrowServer(LENDER) : startOwnServer();
  const test = await shared;
  const { server } = test;
  const template = migrations ? await templateWith(test, migrations) : EMPTY;
  const name = `test_${process.pid}_${++databases}`;
  await server.createDatabase(name, template);
  return {
    source: { kind: 'server', server: asEmbedded(server), database: name },
    async asOwner(statement) {
      const client = new pg.Client(server.connection('owner', name));
      await client.connect();
      try {
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    },
    async [Symbol.asyncDispose]() {
      await server.dropDatabase(name);
      users--;
      if (users > 0) return;
      const ending = shared;
      shared = undefined;
      await (await ending)?.[Symbol.asyncDispose]();
    },
  };
}

/** Opens a fresh database on the real embedded PostgreSQL. Dispose it at the end of the suite. */
export async function withDatabase(migrations: readonly Migration[]): Promise<TestDatabase> {
  await using stack = new AsyncDisposableStack();
  const fresh = stack.use(await testDatabaseSource(migrations));
  const database = stack.use(
    await openDatabase({ source: fresh.source, migrations, logger: silentLogger }),
  );
  const owned = stack.move();
  return {
    database,
    newAuthority: () => uuidv7<AuthorityId>(systemClock, systemEntropy),
    asOwner: fresh.asOwner,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
