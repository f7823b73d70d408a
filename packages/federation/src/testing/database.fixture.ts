import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import {
  type Database,
  type EmbeddedServer,
  type Migration,
  openDatabase,
  removeCluster,
  startEmbeddedServer,
} from '@moorline/db';
import { silentLogger } from '@moorline/kernel';

/** One real PostgreSQL for the tests of a file; each call opens a fresh database on it, closed after the test. */
export function useDatabases(): (migrations: readonly Migration[]) => Promise<Database> {
  let server: EmbeddedServer | undefined;
  let folder = '';
  let count = 0;
  const opened: Database[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moorline-federation-'));
    await chmod(folder, 0o711);
    server = await startEmbeddedServer({
      folder: join(folder, 'postgres'),
      logger: silentLogger,
      settings: { shared_buffers: '32MB' },
    });
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database[Symbol.asyncDispose]();
  });
  after(async () => {
    await server?.stop();
    await removeCluster(join(folder, 'postgres'), silentLogger);
    await rm(folder, { recursive: true, force: true });
  });
  return async (migrations) => {
    if (!server) throw new Error('the server is not up: call this inside a test');
    const name = `federation_${++count}`;
    await server.createDatabase(name);
    const database = await openDatabase({
      source: { kind: 'server', server, database: name },
      migrations,
      poolSize: 6,
      logger: silentLogger,
    });
    opened.push(database);
    return database;
  };
}
