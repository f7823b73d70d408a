import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { newAuthority, useServer } from '../database.fixture.ts';
import { sqlOf } from '../transaction.ts';
import { copyOut } from './copy-out.ts';

const testServer = useServer();

test('gives the rows of the authority in binary form, more of them than a packet holds', async () => {
  const db = await testServer.open();
  const [mine, other] = [newAuthority(), newAuthority()];
  for (const authority of [mine, other]) {
    await db.transaction(authority, (tx) =>
      sql`insert into note (authority_id, id, text)
        select ${authority}::uuid, n, repeat('é', 100) from generate_series(1, 3000) n`.execute(
        sqlOf(tx),
      ),
    );
  }
  const bytes = await db.read(mine, (tx) =>
    copyOut(tx, sql`select id, text from note order by id`),
  );
  assert.equal(bytes.subarray(0, 11).toString('latin1'), 'PGCOPY\n\xff\r\n\0');
  let at = 19;
  for (let id = 1; id <= 3000; id++) {
    assert.equal(bytes.readInt16BE(at), 2);
    assert.equal(bytes.readInt32BE(at + 2), 4);
    assert.equal(bytes.readInt32BE(at + 6), id);
    assert.equal(bytes.readInt32BE(at + 10), 200);
    at += 14 + 200;
  }
  assert.equal(bytes.readInt16BE(at), -1);
  assert.equal(bytes.length, at + 2);
});

test('a query that fails rejects with its own error, and the connection goes on', async () => {
  const db = await testServer.open(undefined, { poolSize: 1 });
  const authority = newAuthority();
  await assert.rejects(
    db.read(authority, (tx) => copyOut(tx, sql`select 1 / id from generate_series(0, 1) id`)),
    /division by zero/,
  );
  const bytes = await db.read(authority, (tx) => copyOut(tx, sql`select 7::int4`));
  assert.equal(bytes.readInt32BE(25), 7);
});

test('a query with parameters is refused before it is sent', async () => {
  const db = await testServer.open();
  await assert.rejects(
    db.read(newAuthority(), async (tx) => copyOut(tx, sql`select ${1}::int`)),
    TypeError,
  );
});
