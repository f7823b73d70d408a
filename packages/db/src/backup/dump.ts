import type { Buffer } from 'node:buffer';
import { type Logger, MoorlineError } from '@moorline/kernel';
import pg from 'pg';
import { connectionToRunning } from '../embedded/running.ts';
import { startEmbeddedServer } from '../embedded/server.ts';
import { dbErrors } from '../errors.ts';
import type { DatabaseSource } from '../source.ts';
import { copyStream } from './copy-stream.ts';
import { dataTables, type Partition, partitionsOf } from './tables.ts';

/** What a database holds besides rows. */
export interface DumpHead {
  /** Ids of the migrations that its tables have, in the order in which they were applied. */
  readonly migrations: readonly string[];
  readonly sequences: readonly { readonly name: string; readonly value: string }[];
  readonly partitions: readonly Partition[];
}

/** A part of a dump: what follows are its rows, in the text form of COPY. */
export type DumpPart =
  | { readonly kind: 'head'; readonly head: DumpHead }
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] }
  | { readonly kind: 'rows'; readonly bytes: Buffer };

/**
 * Everything in a database as of one moment, whether somebody serves from it meanwhile or not. Tables come in an
 * order in which each can be filled: first what others refer to.
 * @throws what opening the database throws
 */
export async function* dumpDatabase(
  source: DatabaseSource,
  options: { readonly logger: Logger },
): AsyncGenerator<DumpPart> {
  await using stack = new AsyncDisposableStack();
  const client = new pg.Client(await connectionFor(source, options.logger, stack));
  client.on('error', () => {}); // also fails the query in flight, which is where it is reported
  await client.connect();
  stack.defer(() => client.end());
  await client.query('begin isolation level repeatable read, read only');
  const { rows: migrations } = await client.query<{ id: string }>(
    'select id from schema_migrations order by ordinal',
  );
  const { rows: sequences } = await client.query<{ name: string; value: string }>(
    `select sequencename as name, coalesce(last_value, 0)::text as value from pg_sequences
     where schemaname = 'public' and sequencename not like 'schema\\_migrations%' order by 1`,
  );
  const partitions = await partitionsOf(client);
  yield {
    kind: 'head',
    head: { migrations: migrations.map(({ id }) => id), sequences, partitions },
  };
  for (const { name, columns } of await dataTables(client)) {
    yield { kind: 'table', name, columns };
    const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
    const statement = `copy ${client.escapeIdentifier(name)} (${list}) to stdout`;
    for await (const bytes of copyStream(client, statement)) yield { kind: 'rows', bytes };
  }
  await client.query('commit');
}

async function connectionFor(
  source: DatabaseSource,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<pg.ClientConfig> {
  if (source.kind === 'url') return { connectionString: source.ownerUrl ?? source.url };
  if (source.kind === 'server') return source.server.connection('owner', source.database);
  try {
    const server = stack.use(await startEmbeddedServer({ folder: source.folder, logger }));
    return server.connection('owner');
  } catch (error) {
    const isServing =
      error instanceof MoorlineError && error.code === dbErrors.folderInUse.spec.code;
    const running = isServing ? await connectionToRunning(source.folder) : undefined;
    if (!running) throw error;
    return running;
  }
}
