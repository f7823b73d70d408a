import type { Buffer } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import type { Logger } from '@moorline/kernel';
import pg from 'pg';
import { runCopy } from '../bulk/copy-query.ts';
import { startEmbeddedServer } from '../embedded/server.ts';
import { dbErrors } from '../errors.ts';
import { type Migration, migrate } from '../migrations.ts';
import { OUTBOX_MIGRATIONS } from '../outbox/outbox-migrations.ts';
import type { DumpHead } from './dump.ts';
import { dataTables, makePartitions } from './tables.ts';

/** A database that is being filled from a dump. */
export interface DatabaseLoad extends AsyncDisposable {
  /** Rows in the text form of COPY, for these columns; a table once, in the order of the dump. */
  table(name: string, columns: readonly string[], rows: AsyncIterable<Buffer>): Promise<void>;
  /** Everything was given: it is there from now on, with `statements` run last. Without it nothing is. */
  finish(statements: readonly string[]): Promise<void>;
}

/**
 * Makes a new embedded database in `folder` with the tables that the dump was taken of; the next start brings them
 * up to date. The change log begins anew: its positions count transactions of the server that it came from.
 * @throws `db.newer_version` when the dump is of a newer version than `migrations`, and what starting throws
 */
export async function loadDatabase(
  folder: string,
  head: DumpHead,
  options: { readonly migrations: readonly Migration[]; readonly logger: Logger },
): Promise<DatabaseLoad> {
  const known = [...OUTBOX_MIGRATIONS, ...options.migrations];
  const unknown = head.migrations.filter((id) => !known.some((one) => one.id === id));
  const [first] = unknown;
  if (first !== undefined) throw dbErrors.newerVersion({ count: unknown.length, first });
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startEmbeddedServer({ folder, logger: options.logger }));
  const client = new pg.Client(server.connection('owner'));
  client.on('error', () => {}); // also fails the query in flight, which is where it is reported
  await client.connect();
  stack.defer(() => client.end());
  await client.query('grant usage on schema public to moorline_serving');
  await migrate(
    client,
    known.filter(({ id }) => head.migrations.includes(id)),
  );
  await client.query('begin');
  await makePartitions(client, head.partitions);
  const tables = await dataTables(client);
  const names = tables.map(({ name }) => client.escapeIdentifier(name));
  for (const name of names) await client.query(`alter table ${name} disable trigger user`);
  await client.query(`truncate ${names.join(', ')}`);
  const owned = stack.move();

  return {
    async table(name, columns, rows) {
      const table = tables.find((one) => one.name === name);
      const strange = columns.find((column) => !table?.columns.includes(column));
      if (!table || strange !== undefined) throw new Error(`the dump has ${name}.${strange ?? ''}`);
      const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
      const statement = `copy ${client.escapeIdentifier(name)} (${list}) from stdin`;
      await runCopy(client, statement, texts(rows));
    },
    async finish(statements) {
      for (const { name, value } of head.sequences) {
        await client.query('select setval($1::regclass, greatest($2::bigint, 1))', [name, value]);
      }
      await client.query(`update outbox set xid = pg_current_xact_id(), seq = placed.seq
        from (select authority_id, topic, key, row_number() over (order by xid, seq) as seq
          from outbox) placed
        where (outbox.authority_id, outbox.topic, outbox.key)
          = (placed.authority_id, placed.topic, placed.key)`);
      for (const statement of statements) await client.query(statement);
      for (const name of names) await client.query(`alter table ${name} enable trigger user`);
      await client.query('commit');
      await client.query('analyze');
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Characters may lie across two pieces. */
async function* texts(rows: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  for await (const bytes of rows) yield decoder.write(bytes);
  yield decoder.end();
}
