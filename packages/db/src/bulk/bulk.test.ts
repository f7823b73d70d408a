import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sql } from 'kysely';
import { newAuthority, useServer } from '../database.fixture.ts';
import type { Migration } from '../migrations.ts';
import { secureTable } from '../secure-table.ts';
import { sqlOf } from '../transaction.ts';
import { binaryArray } from './binary-array.ts';
import { copyInto, stageRows } from './copy-into.ts';
import type { CopyValue } from './copy-text.ts';
import { recordset } from './recordset.ts';
import { selectTexts } from './select-texts.ts';

const testServer = useServer();

const COLUMNS = ['id', 'words', 'document', 'flag', 'moment', 'octets', 'big'];
const MIGRATIONS: readonly Migration[] = [
  {
    id: 'bulk/0001',
    async up(db) {
      await sql`create table thing (authority_id uuid not null, id int not null, words text,
        document jsonb, flag boolean, moment timestamptz, octets bytea, big bigint,
        primary key (authority_id, id))`.execute(db);
      await secureTable(db, 'thing');
    },
  },
];

interface Thing {
  readonly id: number;
  readonly words: string | null;
  readonly document: unknown;
  readonly flag: boolean | null;
  readonly moment: Date | null;
  readonly octets: Buffer | null;
  readonly big: string | null;
}

// PostgreSQL's text has no NUL and no lone surrogates; everything else must come back as it went.
const anyText = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((text) => text.replaceAll('\0', '').toWellFormed());
const trickyText = fc.oneof(
  anyText,
  fc.constantFrom('\\N', '\\.', '\\', '\t', '\n', '\r\n', '\\t', '', 'NULL', '\b\f\v', '\\\\N'),
);
// Keys are plain: JSON.parse of Node 24 takes an escaped control character for the key `\\` once it has seen that one.
const plainKey = fc
  .string({ unit: 'grapheme-ascii', maxLength: 8 })
  .map((key) => `k${key.replaceAll('\\', '')}`);
const thing = fc.record({
  words: fc.option(trickyText),
  document: fc.option(fc.dictionary(plainKey, fc.oneof(trickyText, fc.integer(), fc.boolean()))),
  flag: fc.option(fc.boolean()),
  moment: fc.option(
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  ),
  octets: fc.option(fc.uint8Array({ maxLength: 20 })),
  big: fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
});

test('every value comes back from COPY as it went', async () => {
  const db = await testServer.open(MIGRATIONS);
  await fc.assert(
    fc.asyncProperty(fc.array(thing, { maxLength: 30 }), async (things) => {
      const authority = newAuthority();
      const rows = things.map((row, id): CopyValue[] => [id, ...Object.values(row)]);
      assert.equal(
        await db.transaction(authority, (tx) => copyInto(tx, 'thing', COLUMNS, rows)),
        things.length,
      );
      const { rows: read } = await db.read(authority, (tx) =>
        sql<Thing>`select ${sql.raw(COLUMNS.join())} from thing order by id`.execute(sqlOf(tx)),
      );
      const expected = things.map((row, id) => ({
        id,
        ...row,
        document: row.document && { ...row.document },
        octets: row.octets && Buffer.from(row.octets),
        big: row.big === null ? null : String(row.big),
      }));
      assert.deepEqual(read, expected);
    }),
    { numRuns: 15 },
  );
});

test('every text is selected as it is stored, and null as null', async () => {
  const db = await testServer.open(MIGRATIONS);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(trickyText), { maxLength: 20 }), async (words) => {
      const authority = newAuthority();
      const rows = await db.transaction(authority, async (tx) => {
        await copyInto(
          tx,
          'thing',
          ['id', 'words', 'flag'],
          words.map((word, id) => [id, word, id % 2 === 0]),
        );
        return selectTexts(tx, sql`select id, words, flag from thing order by id`);
      });
      const expected = words.map((word, id) => [String(id), word, id % 2 === 0 ? 't' : 'f']);
      assert.deepEqual(rows, expected);
    }),
    { numRuns: 40 },
  );
});

test('rows are taken from a generator, more of them than a socket holds', async () => {
  const db = await testServer.open(MIGRATIONS);
  const authority = newAuthority();
  async function* rows(): AsyncGenerator<CopyValue[]> {
    for (let id = 0; id < 20_000; id++) yield [id, 'x'.repeat(200)];
  }
  const count = await db.transaction(authority, (tx) =>
    copyInto(tx, 'thing', ['id', 'words'], rows()),
  );
  assert.equal(count, 20_000);
});

test('a row that breaks a rule fails the copy, and the connection can be used again', async () => {
  const db = await testServer.open(MIGRATIONS, { poolSize: 1 });
  const authority = newAuthority();
  const copy = (rows: CopyValue[][]): Promise<number> =>
    db.transaction(authority, (tx) => copyInto(tx, 'thing', ['id', 'words'], rows));
  await assert.rejects(
    copy([
      [1, 'a'],
      [1, 'b'],
    ]),
    /duplicate key/,
  );
  await assert.rejects(copy([['no number', 'a']]), /invalid input syntax/);
  await assert.rejects(copy([[1, 'with\0nul']]), /invalid byte sequence|0x00/);
  assert.equal(await copy([[1, 'a']]), 1);
});

test('a source that throws fails the copy with its own error, and nothing is stored', async () => {
  const db = await testServer.open(MIGRATIONS, { poolSize: 1 });
  const authority = newAuthority();
  function* rows(): Generator<CopyValue[]> {
    yield [1, 'a'];
    throw new Error('the file ended early');
  }
  await assert.rejects(
    db.transaction(authority, (tx) => copyInto(tx, 'thing', ['id', 'words'], rows())),
    /the file ended early/,
  );
  assert.equal(await db.transaction(authority, (tx) => copyInto(tx, 'thing', ['id'], [[1]])), 1);
});

test('staged rows serve a merge, and are gone after the transaction', async () => {
  const db = await testServer.open(MIGRATIONS, { poolSize: 1 });
  const authority = newAuthority();
  const merge = (rows: CopyValue[][]): Promise<void> =>
    db.transaction(authority, async (tx) => {
      const staging = sql.id('pg_temp', await stageRows(tx, 'thing', ['id', 'words'], rows));
      await sql`insert into thing (authority_id, id, words)
        select ${authority}::uuid, id, words from ${staging}
        on conflict (authority_id, id) do update set words = excluded.words`.execute(sqlOf(tx));
    });
  await merge([
    [1, 'one'],
    [2, 'two'],
  ]);
  await merge([
    [2, 'zwei'],
    [3, 'drei'],
  ]);
  const { rows } = await db.read(authority, (tx) =>
    sql`select id, words from thing order by id`.execute(sqlOf(tx)),
  );
  assert.deepEqual(rows, [
    { id: 1, words: 'one' },
    { id: 2, words: 'zwei' },
    { id: 3, words: 'drei' },
  ]);
});

test('a recordset is a table of any rows', async () => {
  const db = await testServer.open(MIGRATIONS);
  const authority = newAuthority();
  const given = [
    { id: 1, words: `it's "quoted" \\ $1`, document: { a: [1, null] } },
    { id: 2, words: null },
  ];
  const { rows } = await db.transaction(authority, async (tx) => {
    const source = recordset(given, { id: 'int', words: 'text', document: 'jsonb' });
    await sql`insert into thing (authority_id, id, words, document)
      select ${authority}::uuid, id, words, document from ${source}`.execute(sqlOf(tx));
    return sql`select id, words, document from thing order by id`.execute(sqlOf(tx));
  });
  assert.deepEqual(rows, [given[0], { id: 2, words: null, document: null }]);
});

test('what is no type name does not get into a recordset', () => {
  assert.throws(() => recordset([], { id: 'int) ; drop table thing --' }), TypeError);
});

test('what is bound as a binary array arrives as it was, whatever it holds', async () => {
  const db = await testServer.open([]);
  const authority = newAuthority();
  const texts = fc.array(fc.option(trickyText), { maxLength: 20 });
  const documents = fc.array(fc.option(fc.dictionary(plainKey, trickyText)), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(texts, documents, async (words, values) => {
      const json = values.map((value) => value && JSON.stringify(value));
      const found = await db.read(authority, async (tx) => {
        const asText = await sql<{ value: string | null }>`
          select value from unnest(${binaryArray('text', words)}) with ordinality as t(value, place)
          order by place`.execute(sqlOf(tx));
        const asJson = await sql<{ jsonb: unknown; json: unknown }>`
          select t.jsonb, t.json from unnest(${binaryArray('jsonb', json)}, ${binaryArray('json', json)})
            with ordinality as t(jsonb, json, place)
          order by place`.execute(sqlOf(tx));
        return { words: asText.rows.map(({ value }) => value), json: asJson.rows };
      });
      assert.deepEqual(found.words, words);
      assert.deepEqual(
        found.json,
        json.map((value) => ({
          jsonb: value && JSON.parse(value),
          json: value && JSON.parse(value),
        })),
      );
    }),
    { numRuns: 40 },
  );
});

test('text that is no JSON is refused by the database, and nothing else of it is done', async () => {
  const db = await testServer.open(MIGRATIONS);
  const authority = newAuthority();
  await assert.rejects(
    db.transaction(authority, (tx) =>
      sql`insert into thing (authority_id, id, document)
        select ${authority}::uuid, 1, document from unnest(${binaryArray('jsonb', ['{}', '{'])}) as t(document)`.execute(
        sqlOf(tx),
      ),
    ),
    { code: '22P02' },
  );
});
