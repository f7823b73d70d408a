import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import {
  type AuthorityId,
  silentLogger,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import { sql } from 'kysely';
import { type Database, openDatabase } from './database.ts';
import { type EmbeddedServer, removeCluster, startEmbeddedServer } from './embedded/server.ts';
import type { Migration } from './migrations.ts';
import { secureTable } from './secure-table.ts';

export interface NoteTables {
  note: { authority_id: string; id: number; text: string | null };
}

export const NOTE_MIGRATIONS: readonly Migration[] = [
  {
    id: 'notes/0001-initial',
    async up(db) {
      await sql`create table note (authority_id uuid not null, id int not null, text text,
        primary key (authority_id, id))`.execute(db);
      await secureTable(db, 'note');
    },
  },
];

export function newAuthority(): AuthorityId {
  return uuidv7<AuthorityId>(systemClock, systemEntropy);
}

export function newFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'moorline-db-')), 'postgres');
}

export interface TestServer {
  readonly folder: string;
  server(): EmbeddedServer;
  /** A database with these migrations; the file's tests share it, each with authorities of its own. */
  open(migrations?: readonly Migration[], options?: { poolSize?: number }): Promise<Database>;
  /** A fresh, empty database. */
  create(): Promise<string>;
}

/** One server for the tests of a file. */
export function useServer(): TestServer {
  let server: EmbeddedServer;
  let count = 0;
  const folder = newFolder();
  const opened = new Map<string, Promise<Database>>();
  before(async () => {
    server = await startEmbeddedServer({ folder, logger: silentLogger });
  });
  after(async () => {
    for (const database of opened.values()) await (await database)[Symbol.asyncDispose]();
    await server.stop();
    await removeCluster(folder, silentLogger);
    rmSync(dirname(folder), { recursive: true });
  });
  const create = async (): Promise<string> => {
    const name = `test_${++count}`;
    await server.createDatabase(name);
    return name;
  };
  const openFresh = async (
    migrations: readonly Migration[],
    options: { poolSize?: number },
  ): Promise<Database> => {
    const source = { kind: 'server', server, database: await create() } as const;
    return openDatabase({ source, migrations, logger: silentLogger, ...options });
  };
  return {
    folder,
    server: () => server,
    create,
    open(migrations = NOTE_MIGRATIONS, options = {}) {
      const key = JSON.stringify([migrations.map(({ id }) => id), options]);
      const database = opened.get(key) ?? openFresh(migrations, options);
      opened.set(key, database);
      return database;
    },
  };
}
