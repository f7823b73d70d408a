import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { type AuthorityId, type Logger, silentLogger } from '@moorline/kernel';
import { sql } from 'kysely';
import { type NoteTables, newAuthority, useServer } from './database.fixture.ts';
import { openDatabase } from './database.ts';
import type { Migration } from './migrations.ts';
import { secureTable } from './secure-table.ts';
import { sqlOf, type Transaction } from './transaction.ts';

const testServer = useServer();
const notes = (tx: Transaction) => sqlOf<NoteTables>(tx);

async function addNote(tx: Transaction, id: number, text = 'text'): Promise<void> {
  await notes(tx).insertInto('note').values({ authority_id: tx.authorityId, id, text }).execute();
}

async function noteIds(tx: Transaction): Promise<number[]> {
  const rows = await notes(tx).selectFrom('note').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

describe('row-level security', () => {
  test('rows of another authority are invisible, and cannot be changed', async () => {
    const db = await testServer.open();
    const [one, other] = [newAuthority(), newAuthority()];
    await db.transaction(one, (tx) => addNote(tx, 1));
    await db.transaction(other, async (tx) => {
      assert.deepEqual(await noteIds(tx), []);
      const changed = await notes(tx).updateTable('note').set({ text: 'x' }).executeTakeFirst();
      assert.equal(changed.numUpdatedRows, 0n);
      const deleted = await notes(tx).deleteFrom('note').executeTakeFirst();
      assert.equal(deleted.numDeletedRows, 0n);
    });
    assert.deepEqual(await db.read(one, noteIds), [1]);
  });

  test('a row of another authority cannot be written', async () => {
    const db = await testServer.open();
    const foreign = { authority_id: newAuthority(), id: 1, text: '' };
    await assert.rejects(
      db.transaction(newAuthority(), (tx) =>
        notes(tx).insertInto('note').values(foreign).execute(),
      ),
      /row-level security/,
    );
  });

  test('without the setting there are no rows, also on a connection that had it before', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    await db.transaction(authority, (tx) => addNote(tx, 1));
    await db.read(authority, async (tx) => {
      assert.deepEqual(await noteIds(tx), [1]);
      await sql`reset moorline.authority_id`.execute(notes(tx));
      assert.deepEqual(await noteIds(tx), []);
      await sql`select set_config('moorline.authority_id', '', true)`.execute(notes(tx));
      assert.deepEqual(await noteIds(tx), []);
    });
  });

  test('the serving role has no DDL, owns nothing and is no superuser', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    for (const statement of [
      'create table mine (id int)',
      'alter table note add column extra int',
      'drop table note',
      'alter table note disable row level security',
      'drop policy own_rows on note',
      'truncate note',
      'create role other',
      'create schema other',
      'set role moorline_owner',
      "copy note to program 'true'",
    ]) {
      await assert.rejects(
        db.transaction(authority, (tx) => sql.raw(statement).execute(notes(tx))),
        /permission denied|must be owner/,
        statement,
      );
    }
    await db.read(authority, async (tx) => {
      const { rows } = await sql<{ role: string; strong: boolean; owned: string }>`
        select current_user as role, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as strong,
          (select count(*) from pg_class where relowner = r.oid) as owned
        from pg_roles r where rolname = current_user`.execute(notes(tx));
      assert.deepEqual(rows, [{ role: 'moorline_serving', strong: false, owned: '0' }]);
    });
  });

  test('the migration ledger is out of the serving role’s reach', async () => {
    const db = await testServer.open();
    await assert.rejects(
      db.read(newAuthority(), (tx) => sql`select * from schema_migrations`.execute(notes(tx))),
      /permission denied/,
    );
  });
});

describe('transactions', () => {
  test('what the work throws is what the caller gets, and nothing is saved', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    const failure = new Error('changed my mind');
    await assert.rejects(
      db.transaction(authority, async (tx) => {
        await addNote(tx, 1);
        throw failure;
      }),
      failure,
    );
    assert.deepEqual(await db.read(authority, noteIds), []);
  });

  test('a system error of the work’s own is not taken for the database’s', async () => {
    const db = await testServer.open();
    await assert.rejects(
      db.transaction(newAuthority(), () => readFile('/nowhere/at/all')),
      { code: 'ENOENT' },
    );
  });

  test('a read cannot write', async () => {
    const db = await testServer.open();
    await assert.rejects(
      db.read(newAuthority(), (tx) => addNote(tx, 1)),
      /read-only transaction/,
    );
  });

  test('a failed statement that the work passes over fails the transaction', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    await assert.rejects(
      db.transaction(authority, async (tx) => {
        await addNote(tx, 1);
        await addNote(tx, 1).catch(() => {});
      }),
      { code: 'db.transaction_aborted' },
    );
    assert.deepEqual(await db.read(authority, noteIds), []);
  });

  test('an authority id that is no UUID is refused before it reaches a statement', async () => {
    const db = await testServer.open();
    const hostile = "x'; drop table note; --" as AuthorityId;
    await assert.rejects(
      db.transaction(hostile, async () => {}),
      { code: 'db.authority_invalid' },
    );
  });

  test('a transaction is of no use after its end', async () => {
    const db = await testServer.open();
    const escaped = await db.transaction(newAuthority(), async (tx) => tx);
    assert.throws(() => sqlOf(escaped), { code: 'db.transaction_ended' });
    assert.throws(() => escaped.afterCommit(() => {}), { code: 'db.transaction_ended' });
  });

  test('statements at the same time on one transaction run one after the other', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    await db.transaction(authority, (tx) => Promise.all([1, 2, 3].map((id) => addNote(tx, id))));
    assert.deepEqual(await db.read(authority, noteIds), [1, 2, 3]);
  });

  test('a serialization failure runs the work again', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    await db.transaction(authority, (tx) => addNote(tx, 1, 'first'));
    let runs = 0;
    const committed: string[] = [];
    await db.transaction(authority, async (tx) => {
      runs++;
      tx.afterCommit(() => void committed.push(`run ${runs}`));
      await sql`set transaction isolation level repeatable read`.execute(notes(tx));
      await noteIds(tx);
      if (runs === 1) {
        await db.transaction(authority, (between) =>
          notes(between).updateTable('note').set({ text: 'between' }).execute(),
        );
      }
      await notes(tx).updateTable('note').set({ text: 'last' }).execute();
    });
    assert.equal(runs, 2);
    assert.deepEqual(committed, ['run 2']);
  });

  test('contention that does not end is told after three repetitions', async () => {
    const db = await testServer.open();
    let runs = 0;
    await assert.rejects(
      db.transaction(newAuthority(), async (tx) => {
        runs++;
        await sql`do $$ begin raise exception sqlstate '40001'; end $$`.execute(notes(tx));
      }),
      { code: 'db.contended', kind: 'unavailable' },
    );
    assert.equal(runs, 4);
  });

  test('a deadlock is resolved by running one of the two again', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    await db.transaction(authority, async (tx) => {
      await addNote(tx, 1);
      await addNote(tx, 2);
    });
    const firstLocks = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const lockBoth = (mine: 0 | 1): Promise<void> =>
      db.transaction(authority, async (tx) => {
        const lock = (id: number) =>
          notes(tx)
            .updateTable('note')
            .set({ text: `by ${mine}` })
            .where('id', '=', id)
            .execute();
        await lock(mine === 0 ? 1 : 2);
        firstLocks[mine]?.resolve();
        await firstLocks[1 - mine]?.promise;
        await lock(mine === 0 ? 2 : 1);
      });
    await Promise.all([lockBoth(0), lockBoth(1)]);
    const texts = await db.read(authority, (tx) =>
      notes(tx).selectFrom('note').select('text').distinct().execute(),
    );
    assert.equal(texts.length, 1);
  });
});

describe('after the commit', () => {
  test('callbacks run once the change can be seen by others, in order', async () => {
    const db = await testServer.open(undefined, { poolSize: 1 });
    const authority = newAuthority();
    const seen = Promise.withResolvers<number[]>();
    const order: number[] = [];
    await db.transaction(authority, async (tx) => {
      tx.afterCommit(() => void order.push(1));
      tx.afterCommit(() => void order.push(2));
      tx.afterCommit(async () => seen.resolve(await db.read(authority, noteIds)));
      await addNote(tx, 1);
      assert.deepEqual(order, []);
    });
    assert.deepEqual(order, [1, 2]);
    assert.deepEqual(await seen.promise, [1]);
  });

  test('they do not run when nothing was committed', async () => {
    const db = await testServer.open();
    let ran = false;
    await assert.rejects(
      db.transaction(newAuthority(), async (tx) => {
        tx.afterCommit(() => {
          ran = true;
        });
        throw new Error('no');
      }),
    );
    assert.equal(ran, false);
  });

  test('one that throws and one that rejects are logged, and the caller has its result', async () => {
    const reported: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: ({ err }) => void reported.push(err instanceof Error ? err.message : ''),
    };
    const source = {
      kind: 'server',
      server: testServer.server(),
      database: await testServer.create(),
    } as const;
    await using db = await openDatabase({ source, migrations: [], logger });
    const result = await db.transaction(newAuthority(), async (tx) => {
      tx.afterCommit(() => {
        throw new Error('thrown');
      });
      tx.afterCommit(() => Promise.reject(new Error('rejected')));
      return 'saved';
    });
    assert.equal(result, 'saved');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(reported, ['thrown', 'rejected']);
  });
});

describe('an abort', () => {
  test('cancels the running statement, and the pool goes on', async () => {
    const db = await testServer.open(undefined, { poolSize: 1 });
    const authority = newAuthority();
    const stop = new AbortController();
    const reason = new Error('the caller left');
    const running = db.transaction(
      authority,
      async (tx) => {
        await addNote(tx, 1);
        setImmediate(() => stop.abort(reason));
        await sql`select pg_sleep(60)`.execute(notes(tx));
      },
      { signal: stop.signal },
    );
    await assert.rejects(running, reason);
    assert.deepEqual(await db.read(authority, noteIds), []);
  });

  test('before the commit saves nothing', async () => {
    const db = await testServer.open();
    const authority = newAuthority();
    const stop = new AbortController();
    await assert.rejects(
      db.transaction(
        authority,
        async (tx) => {
          await addNote(tx, 1);
          stop.abort(new Error('too late'));
        },
        { signal: stop.signal },
      ),
      /too late/,
    );
    assert.deepEqual(await db.read(authority, noteIds), []);
  });

  test('that came before is answered without a connection', async () => {
    const db = await testServer.open();
    const work = db.transaction(newAuthority(), async () => assert.fail('ran'), {
      signal: AbortSignal.abort(new Error('gone already')),
    });
    await assert.rejects(work, /gone already/);
  });
});

test('a connection that is lost during COMMIT leaves the outcome open, and says so', async () => {
  const endsAtCommit: Migration = {
    id: 'fatal/0001',
    async up(db) {
      await sql`create table fatal (authority_id uuid, id int, primary key (authority_id, id))`.execute(
        db,
      );
      await secureTable(db, 'fatal');
      await sql`create function end_session() returns trigger language plpgsql
        as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`.execute(
        db,
      );
      await sql`create constraint trigger ends after insert on fatal deferrable initially deferred
        for each row execute function end_session()`.execute(db);
    },
  };
  const db = await testServer.open([endsAtCommit], { poolSize: 1 });
  const authority = newAuthority();
  await assert.rejects(
    db.transaction(authority, (tx) =>
      sql`insert into fatal values (${authority}::uuid, 1)`.execute(notes(tx)),
    ),
    { code: 'db.outcome_unknown', kind: 'unavailable' },
  );
  assert.equal(await db.read(authority, async () => 'answers'), 'answers');
});

test('a database that is closed answers as unavailable, and closing again waits for the same end', async () => {
  const source = {
    kind: 'server',
    server: testServer.server(),
    database: await testServer.create(),
  } as const;
  const db = await openDatabase({ source, migrations: [], logger: silentLogger });
  await Promise.all([db[Symbol.asyncDispose](), db[Symbol.asyncDispose]()]);
  await assert.rejects(
    db.read(newAuthority(), async () => {}),
    { code: 'db.unavailable' },
  );
});
