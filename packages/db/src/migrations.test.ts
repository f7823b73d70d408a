import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@moorline/kernel';
import { sql } from 'kysely';
import { NOTE_MIGRATIONS, type NoteTables, newAuthority, useServer } from './database.fixture.ts';
import { type Database, openDatabase } from './database.ts';
import type { Migration } from './migrations.ts';
import { sqlOf } from './transaction.ts';

const testServer = useServer();

const UPPER: Migration = {
  id: 'notes/0002-upper',
  async up(db) {
    await sql`update note set text = upper(text)`.execute(db);
  },
};
const TAGS: Migration = {
  id: 'tags/0001-initial',
  async up(db) {
    await sql`create table tag (authority_id uuid, id int, primary key (authority_id, id))`.execute(
      db,
    );
  },
};

async function open(
  database: string,
  migrations: readonly Migration[],
  onProgress: (step: string) => void = () => {},
): Promise<Database> {
  const source = { kind: 'server', server: testServer.server(), database } as const;
  return openDatabase({ source, migrations, logger: silentLogger, onProgress });
}

async function openAndClose(database: string, migrations: readonly Migration[]): Promise<string[]> {
  const steps: string[] = [];
  await using _db = await open(database, migrations, (step) => void steps.push(step));
  return steps
    .filter((step) => step.includes('migration '))
    .map((step) => step.split(' ').at(-1) ?? '');
}

test('an upgrade applies what is new, on the rows of every authority', async () => {
  const database = await testServer.create();
  const authorities = [newAuthority(), newAuthority()];
  {
    await using db = await open(database, NOTE_MIGRATIONS);
    for (const authority_id of authorities) {
      await db.transaction(authority_id, async (tx) => {
        const values = { authority_id, id: 1, text: 'quiet' };
        await sqlOf<NoteTables>(tx).insertInto('note').values(values).execute();
      });
    }
  }
  await using db = await open(database, [...NOTE_MIGRATIONS, UPPER]);
  for (const authority of authorities) {
    const row = await db.read(authority, (tx) =>
      sqlOf<NoteTables>(tx).selectFrom('note').select('text').executeTakeFirstOrThrow(),
    );
    assert.equal(row.text, 'QUIET');
  }
});

test('each is applied once, in the order of the list, our own first', async () => {
  const database = await testServer.create();
  const list = [...NOTE_MIGRATIONS, TAGS];
  assert.deepEqual(await openAndClose(database, list), [
    'db/0001-outbox',
    'notes/0001-initial',
    'tags/0001-initial',
  ]);
  assert.deepEqual(await openAndClose(database, list), []);
});

test('an area may grow although other areas come after it in the list', async () => {
  const database = await testServer.create();
  await openAndClose(database, [...NOTE_MIGRATIONS, TAGS]);
  assert.deepEqual(await openAndClose(database, [...NOTE_MIGRATIONS, UPPER, TAGS]), [
    'notes/0002-upper',
  ]);
});

test('processes that start at the same time migrate once', async () => {
  const database = await testServer.create();
  const applied = await Promise.all(
    Array.from({ length: 8 }, () => openAndClose(database, NOTE_MIGRATIONS)),
  );
  assert.deepEqual(applied.flat().sort(), ['db/0001-outbox', 'notes/0001-initial']);
});

test('a database of a newer version is refused in one sentence', async () => {
  const database = await testServer.create();
  await openAndClose(database, [...NOTE_MIGRATIONS, UPPER, TAGS]);
  await assert.rejects(open(database, NOTE_MIGRATIONS), {
    code: 'db.newer_version',
    details: { count: 2, first: 'notes/0002-upper' },
  });
});

test('one that is put in before an applied one is refused', async () => {
  const database = await testServer.create();
  await openAndClose(database, [...NOTE_MIGRATIONS, UPPER]);
  const late = { ...TAGS, id: 'notes/0001-late' };
  await assert.rejects(open(database, [...NOTE_MIGRATIONS, late, UPPER]), {
    code: 'db.migrations_out_of_order',
    details: { applied: 'notes/0002-upper', missing: 'notes/0001-late' },
  });
});

test('one that fails leaves nothing of itself, and the earlier ones stay', async () => {
  const database = await testServer.create();
  const broken: Migration = {
    id: 'notes/0002-broken',
    async up(db) {
      await sql`create table half (id int)`.execute(db);
      await sql`select nothing from nowhere`.execute(db);
    },
  };
  await assert.rejects(open(database, [...NOTE_MIGRATIONS, broken]), {
    code: 'db.migration_failed',
    message: /notes\/0002-broken .*nowhere/,
  });
  const mended: Migration = {
    id: 'notes/0002-broken',
    up: async (db) => void (await sql`create table half (id int)`.execute(db)),
  };
  assert.deepEqual(await openAndClose(database, [...NOTE_MIGRATIONS, mended]), [
    'notes/0002-broken',
  ]);
});
