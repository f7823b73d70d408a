import { join } from 'node:path';
import { AUTHORITY_MIGRATIONS } from '@moorline/authority';
import {
  type ConnectionSettings,
  openDatabase,
  removeCluster,
  runCopy,
  startEmbeddedServer,
} from '@moorline/db';
import { silentLogger } from '@moorline/kernel';
import pg from 'pg';

/** A PostgreSQL like a host's, with its tables and nothing in them: the limit of what stores. */
export interface PostgresPeer extends AsyncDisposable {
  readonly connection: ConnectionSettings;
  /** As the owner of the tables. */
  readonly client: pg.Client;
  /** Rows a second of COPY. */
  copyRate(table: string, columns: readonly string[], lines: readonly string[]): Promise<number>;
  /**
   * Statements a second, each a transaction of its own, prepared once a connection.
   * @param values the parameters of each statement
   */
  statementRate(
    statement: string,
    values: readonly (readonly unknown[])[],
    connections: number,
  ): Promise<number>;
}

/** @param folder of its own; removed at the end */
export async function startPostgresPeer(folder: string): Promise<PostgresPeer> {
  const cluster = join(folder, 'peer', 'postgres');
  const empty = await openDatabase({
    source: { kind: 'embedded', folder: cluster },
    migrations: AUTHORITY_MIGRATIONS,
    logger: silentLogger,
  });
  await empty[Symbol.asyncDispose]();
  const server = await startEmbeddedServer({ folder: cluster, logger: silentLogger });
  const connection = server.connection('owner');
  const client = new pg.Client(connection);
  await client.connect();
  return {
    connection,
    client,
    async copyRate(table, columns, lines) {
      const start = performance.now();
      await runCopy(client, `copy ${table} (${columns.join(', ')}) from stdin`, lines);
      return lines.length / ((performance.now() - start) / 1000);
    },
    async statementRate(statement, values, connections) {
      const clients = await Promise.all(
        Array.from({ length: connections }, async () => {
          const one = new pg.Client(connection);
          await one.connect();
          return one;
        }),
      );
      let next = 0;
      const start = performance.now();
      await Promise.all(
        clients.map(async (one) => {
          while (next < values.length) {
            await one.query({ name: 'peer', text: statement, values: [...(values[next++] ?? [])] });
          }
        }),
      );
      const seconds = (performance.now() - start) / 1000;
      await Promise.all(clients.map((one) => one.end()));
      return values.length / seconds;
    },
    async [Symbol.asyncDispose]() {
      await client.end();
      await server.stop();
      await removeCluster(cluster, silentLogger);
    },
  };
}
