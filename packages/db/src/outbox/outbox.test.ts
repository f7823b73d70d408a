import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthorityId } from '@moorline/kernel';
import { type Kysely, sql } from 'kysely';
import { newAuthority, useServer } from '../database.fixture.ts';
import type { Database } from '../database.ts';
import { sqlOf } from '../transaction.ts';
import { appendChanges, type ChangePage, countChanges, readChanges } from './outbox.ts';

const testServer = useServer();
const TOPICS = ['devices'];

function append(db: Database, authority: AuthorityId, keys: readonly string[]): Promise<void> {
  return db.transaction(authority, (tx) => appendChanges(tx, 'devices', keys));
}

function read(
  db: Database,
  authority: AuthorityId,
  after = '0.0',
  limit = 100,
): Promise<ChangePage> {
  return db.read(authority, (tx) => readChanges(tx, { topics: TOPICS, after, limit }));
}

const keysOf = ({ entries }: ChangePage): string[] => entries.map(({ key }) => key);

test('changes are read in pages, each once, until there are no more', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  await append(db, authority, ['c', 'a']);
  await append(db, authority, ['b']);
  const first = await read(db, authority, '0.0', 2);
  assert.deepEqual([keysOf(first), first.more], [['a', 'c'], true]);
  assert.equal(first.to, first.entries.at(-1)?.position);
  const second = await read(db, authority, first.to, 2);
  assert.deepEqual([keysOf(second), second.more], [['b'], false]);
  const third = await read(db, authority, second.to, 2);
  assert.deepEqual([keysOf(third), third.more, third.to], [[], false, second.to]);
});

test('a key that changes again moves to the end and stays one entry', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  await append(db, authority, ['a', 'b']);
  const before = await read(db, authority);
  await append(db, authority, ['a', 'a']);
  assert.deepEqual(keysOf(await read(db, authority)), ['b', 'a']);
  assert.deepEqual(keysOf(await read(db, authority, before.to)), ['a']);
});

test('a transaction that commits late is never skipped', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  const wrote = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  const early = db.transaction(authority, async (tx) => {
    await appendChanges(tx, 'devices', ['early']);
    wrote.resolve();
    await mayCommit.promise;
  });
  await wrote.promise;
  await append(db, authority, ['late']);
  const meanwhile = await read(db, authority);
  assert.deepEqual(keysOf(meanwhile), [], 'the later transaction waits for the earlier one');
  assert.equal(meanwhile.to, '0.0');
  mayCommit.resolve();
  await early;
  assert.deepEqual(keysOf(await read(db, authority)), ['early', 'late']);
});

test('a late transaction that takes a key over puts it where no reader has been yet', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  await append(db, authority, ['old']);
  const seen = await read(db, authority);
  await db.transaction(authority, async (tx) => {
    // The transaction has its number now, and notes the key after one with a higher number did.
    await sql`select pg_current_xact_id()`.execute(sqlOf(tx));
    await append(db, authority, ['shared']);
    await appendChanges(tx, 'devices', ['shared']);
    const meanwhile = await read(db, authority, seen.to);
    assert.deepEqual([keysOf(meanwhile), meanwhile.to], [[], seen.to]);
  });
  assert.deepEqual(keysOf(await read(db, authority, seen.to)), ['shared']);
});

test('a reader beside many writers gets every key, whatever the order of the commits', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  const latest = new Map<string, number>();
  const seen = new Map<string, number>();
  let writersLeft = 4;
  const write = async (writer: number): Promise<void> => {
    for (let round = 0; round < 25; round++) {
      const keys = [`k${(writer + round) % 7}`, `k${(writer * round) % 5}`];
      await db.transaction(authority, async (tx) => {
        await appendChanges(tx, 'devices', keys);
        if (round % 3 === writer % 3) await sql`select pg_sleep(0.003)`.execute(sqlOf(tx));
      });
      for (const key of keys) latest.set(key, (latest.get(key) ?? 0) + 1);
    }
    writersLeft--;
  };
  const follow = async (): Promise<void> => {
    for (let after = '0.0', isLast = false; ; ) {
      // What is committed by now must be in what is read from now on.
      isLast = writersLeft === 0;
      const page = await read(db, authority, after, 3);
      for (const { key } of page.entries) seen.set(key, (seen.get(key) ?? 0) + 1);
      after = page.to;
      if (isLast && !page.more) break;
    }
    const final = await read(db, authority, '0.0');
    const last = await read(db, authority, final.to);
    assert.deepEqual(keysOf(last), []);
  };
  await Promise.all([follow(), ...[0, 1, 2, 3].map(write)]);
  assert.deepEqual([...seen.keys()].sort(), [...latest.keys()].sort());
});

test('what is rolled back is not in the log', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  await assert.rejects(
    db.transaction(authority, async (tx) => {
      await appendChanges(tx, 'devices', ['a']);
      throw new Error('no');
    }),
  );
  assert.deepEqual(keysOf(await read(db, authority)), []);
});

test('topics and authorities are apart', async () => {
  const db = await testServer.open([]);
  const [one, other] = [newAuthority(), newAuthority()];
  await append(db, one, ['a']);
  await db.transaction(one, (tx) => appendChanges(tx, 'actions', ['b']));
  await append(db, other, ['c']);
  assert.deepEqual(keysOf(await read(db, one)), ['a']);
  const both = await db.read(one, (tx) =>
    readChanges(tx, { topics: ['devices', 'actions'], after: '0.0', limit: 10 }),
  );
  assert.deepEqual(
    both.entries.map(({ topic, key }) => `${topic}:${key}`),
    ['devices:a', 'actions:b'],
  );
});

test('changes can be counted from a position on', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  const count = (after: string): Promise<number> =>
    db.read(authority, (tx) => countChanges(tx, { topics: TOPICS, after }));
  await append(db, authority, ['a', 'b']);
  const { to } = await read(db, authority);
  await append(db, authority, ['b', 'c', 'd']);
  assert.deepEqual([await count('0.0'), await count(to)], [4, 3]);
});

test('ten thousand keys are one statement, and any text is a key', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  const keys = Array.from({ length: 10_000 }, (_, index) => `{"',\\ ${index}`);
  await append(db, authority, keys);
  const page = await read(db, authority, '0.0', 20_000);
  assert.deepEqual(new Set(keysOf(page)), new Set(keys));
  await append(db, authority, []);
  assert.equal((await read(db, authority, page.to)).entries.length, 0);
});

test('transactions that note the same keys in other orders do not deadlock', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
  let runs = 0;
  const note = (list: readonly string[]): Promise<void> =>
    db.transaction(authority, (tx) => {
      runs++;
      return appendChanges(tx, 'devices', list);
    });
  const reversed = keys.toReversed();
  await Promise.all(Array.from({ length: 20 }, (_, index) => note(index % 2 ? keys : reversed)));
  assert.equal(runs, 20);
});

test('what is no position is refused', async () => {
  const db = await testServer.open([]);
  for (const position of ['', '1', '1.2.3', "0.0'; --", '-1.0']) {
    await assert.rejects(read(db, newAuthority(), position), { code: 'db.position_invalid' });
  }
});

test('the page is read by the index on positions, whatever the statistics say', async () => {
  const authority = newAuthority();
  const fill = async (db: Kysely<unknown>): Promise<void> => {
    await sql`insert into outbox (authority_id, topic, key, xid, seq)
      select ${authority}::uuid, 'devices', 'k' || n, pg_current_xact_id(), nextval('outbox_seq')
      from generate_series(1, 20000) n`.execute(db);
    await sql`analyze outbox`.execute(db);
  };
  const db = await testServer.open([{ id: 'log/0001-of-long-ago', up: fill }]);
  await db.read(authority, async (tx) => {
    const page = await readChanges(tx, { topics: TOPICS, after: '0.0', limit: 4000 });
    assert.equal(page.entries.length, 4000);
    const { rows } = await sql<{ seq_scan: string; seq_tup_read: string }>`
      select seq_scan::text, seq_tup_read::text from pg_stat_xact_user_tables where relname = 'outbox'`.execute(
      sqlOf(tx),
    );
    assert.deepEqual(rows, [{ seq_scan: '0', seq_tup_read: '0' }]);
  });
});
