import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Database,
  type DatabaseSource,
  type EmbeddedServer,
  type Migration,
  openDatabase,
  removeCluster,
  startEmbeddedServer,
} from '@moorline/db';
import {
  type AuthorityId,
  silentLogger,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import pg from 'pg';

/** A fresh database with the given migrations applied, on this process's one PostgreSQL. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** An authority that nobody else in the test uses: row-level security keeps tests apart. */
  newAuthority(): AuthorityId;
  /** Runs SQL as the owner of the schema, past row-level security: for attacks and for checks. */
  asOwner(statement: string): Promise<readonly Record<string, unknown>[]>;
}

interface Shared {
  readonly server: EmbeddedServer;
  readonly folder: string;
}

let shared: Promise<Shared> | undefined;
let users = 0;
let databases = 0;

/** The source of a fresh, empty database; disposing the last one stops PostgreSQL and removes its folder. */
export async function testDatabaseSource(): Promise<
  AsyncDisposable & { readonly source: DatabaseSource; asOwner: TestDatabase['asOwner'] }
> {
  users++;
  shared ??= startShared();
  const { server } = await shared;
  const name = `test_${++databases}`;
  await server.createDatabase(name);
  return {
    source: { kind: 'server', server, database: name },
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
      if (users === 0) await stopShared();
    },
  };
}

/** Opens a fresh database on the real embedded PostgreSQL. Dispose it at the end of the suite. */
export async function withDatabase(migrations: readonly Migration[]): Promise<TestDatabase> {
  await using stack = new AsyncDisposableStack();
  const fresh = stack.use(await testDatabaseSource());
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

async function startShared(): Promise<Shared> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-test-'));
  await chmod(folder, 0o711);
  const server = await startEmbeddedServer({
    folder: join(folder, 'postgres'),
    logger: silentLogger,
    settings: { shared_buffers: '32MB' },
  });
  return { server, folder };
}

async function stopShared(): Promise<void> {
  const ending = shared;
  shared = undefined;
  if (!ending) return;
  const { server, folder } = await ending;
  await server.stop();
  await removeCluster(join(folder, 'postgres'), silentLogger);
  await rm(folder, { recursive: true, force: true });
}
