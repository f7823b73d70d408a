import { after, afterEach, before } from 'node:test';
import { type Database, type Migration, openDatabase } from '@moorline/db';
import { silentLogger } from '@moorline/kernel';
import { testDatabaseSource } from '@moorline/testkit';

/** One real PostgreSQL for the tests of a file; each call opens a fresh database on it, closed after the test. */
export function useDatabases(): (migrations: readonly Migration[]) => Promise<Database> {
  let held: AsyncDisposable | undefined;
  let opened = new AsyncDisposableStack();
  before(async () => {
    // Keeps the server between the tests, each of which gives its databases back.
    held = await testDatabaseSource();
  });
  afterEach(async () => {
    await opened.disposeAsync();
    opened = new AsyncDisposableStack();
  });
  after(() => held?.[Symbol.asyncDispose]());
  return async (migrations) => {
    const { source } = opened.use(await testDatabaseSource(migrations));
    return opened.use(
      await openDatabase({ source, migrations, poolSize: 4, logger: silentLogger }),
    );
  };
}
