import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import { fromDriver, isConnectionLoss } from './driver-errors.ts';
import { dbErrors } from './errors.ts';

/** A Kysely on one connection, whose transactions begin with the statements of `begin` in one round trip. */
export function bindKysely(client: pg.ClientBase, begin: string): Kysely<unknown> {
  const connection = bindConnection(client);
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    async beginTransaction() {
      await client.query(begin).catch(rethrow);
    },
    async commitTransaction() {
      // A transaction in which a statement failed answers COMMIT with ROLLBACK, and without an error.
      const { command } = await client.query('COMMIT').catch((error: unknown) => {
        if (isConnectionLoss(error)) throw dbErrors.outcomeUnknown({}, { cause: error });
        throw error;
      });
      if (command !== 'COMMIT') throw dbErrors.transactionAborted();
    },
    async rollbackTransaction() {
      // A connection on which this fails is thrown away, and the error that led here is the one to tell.
      await client.query('ROLLBACK').catch(() => {});
    },
    destroy: async () => {},
  };
  return new Kysely<unknown>({
    dialect: {
      createDriver: () => driver,
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  });
}

function rethrow(error: unknown): never {
  throw fromDriver(error);
}

function bindConnection(client: pg.ClientBase): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const result = await client.query(query.sql, [...query.parameters]).catch(rethrow);
      // Row types are what the query's author says; the driver knows them no better.
      const rows = (result.rows ?? []) as R[];
      const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(result.command);
      return changes ? { rows, numAffectedRows: BigInt(result.rowCount ?? 0) } : { rows };
    },
    // biome-ignore lint/correctness/useYield: the interface asks for a generator; streams are not offered.
    async *streamQuery() {
      throw new Error('queries cannot be streamed: page by cursor instead');
    },
  };
}
