import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { silentLogger } from '@moorline/kernel';
import { sql } from 'kysely';
import { NOTE_MIGRATIONS, type NoteTables, newAuthority, useServer } from './database.fixture.ts';
import { type Database, openDatabase } from './database.ts';
import type { Secrets } from './embedded/cluster.ts';
import { findHome } from './embedded/home.ts';
import { asBootstrap } from './embedded/roles.ts';
import { appendChanges, readChanges } from './outbox/outbox.ts';
import { sqlOf } from './transaction.ts';

const testServer = useServer();

/** The address of a database of the test's server, as somebody would write it. */
function urlOf(role: 'owner' | 'serving', database: string): string {
  const { user, password, host, port } = testServer.server().connection(role, database);
  return `postgres://${user}:${password}@${encodeURIComponent(host)}:${port}/${database}`;
}

async function asSuperuser(statement: string): Promise<void> {
  const home = findHome(testServer.folder);
  assert.ok(home);
  const secrets = JSON.parse(readFileSync(home.secretsFile, 'utf8')) as Secrets;
  const { host, port } = testServer.server().connection('owner');
  await asBootstrap({ host, port }, secrets, (client) => client.query(statement));
}

const open = (url: string, ownerUrl?: string): Promise<Database> =>
  openDatabase({
    source: ownerUrl ? { kind: 'url', url, ownerUrl } : { kind: 'url', url },
    migrations: NOTE_MIGRATIONS,
    logger: silentLogger,
  });

async function servesAs(db: Database): Promise<string | undefined> {
  const [one, other] = [newAuthority(), newAuthority()];
  await db.transaction(one, async (tx) => {
    const values = { authority_id: one, id: 1, text: '' };
    await sqlOf<NoteTables>(tx).insertInto('note').values(values).execute();
    await appendChanges(tx, 'notes', ['1']);
  });
  const seen = await db.read(other, async (tx) => [
    ...(await sqlOf<NoteTables>(tx).selectFrom('note').select('id').execute()),
    ...(await readChanges(tx, { topics: ['notes'], after: '0.0', limit: 1 })).entries,
  ]);
  assert.deepEqual(seen, []);
  return db.read(one, async (tx) => {
    const { rows } = await sql<{ role: string }>`select current_user as role`.execute(sqlOf(tx));
    return rows[0]?.role;
  });
}

test('with two addresses one role migrates and the other serves', async () => {
  const name = await testServer.create();
  await using db = await open(urlOf('serving', name), urlOf('owner', name));
  assert.equal(db.ownsServer, false);
  assert.equal(await servesAs(db), 'moorline_serving');
});

test('with one address, a role that may take on the serving role serves as that', async () => {
  const name = await testServer.create();
  await asSuperuser('grant moorline_serving to moorline_owner');
  try {
    await using db = await open(urlOf('owner', name));
    assert.equal(await servesAs(db), 'moorline_serving');
  } finally {
    await asSuperuser('revoke moorline_serving from moorline_owner');
  }
});

test('with one address, a role that may not is told what to run', async () => {
  const name = await testServer.create();
  await assert.rejects(open(urlOf('owner', name)), {
    code: 'db.serving_role_missing',
    message: /GRANT moorline_serving TO moorline_owner;/,
  });
});

test('a serving role that bypasses row-level security is refused', async () => {
  const name = await testServer.create();
  await asSuperuser('alter role moorline_serving bypassrls');
  try {
    await assert.rejects(open(urlOf('serving', name), urlOf('owner', name)), {
      code: 'db.serving_role_too_strong',
    });
  } finally {
    await asSuperuser('alter role moorline_serving nobypassrls');
  }
});

test('an address that is none is refused by its reason', async () => {
  await assert.rejects(open('localhost'), { code: 'db.url_invalid' });
  await assert.rejects(open('mysql://localhost/x'), { code: 'db.url_invalid' });
  await assert.rejects(open('postgres://localhost'), { code: 'db.url_invalid' });
});

test('a wrong password and a missing database are told from a server that is not there', async () => {
  const name = await testServer.create();
  await assert.rejects(open(urlOf('owner', 'nowhere')), { code: 'db.url_refused' });
  const { password } = testServer.server().connection('owner', name);
  await assert.rejects(open(urlOf('owner', name).replace(password, 'guessed')), {
    code: 'db.url_refused',
    message: /password authentication failed/,
  });
  await assert.rejects(open(`postgres://u:p@${encodeURIComponent('/nowhere')}:5432/${name}`), {
    code: 'db.unavailable',
  });
});
