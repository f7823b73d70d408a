import { Buffer } from 'node:buffer';
import type { RawBuilder } from 'kysely';
import type pg from 'pg';
import { fromDriver } from '../driver-errors.ts';
import { clientOf, sqlOf, type Transaction } from '../transaction.ts';

const FIRST_BYTES = 64 * 1024;

/**
 * The rows of a query in COPY's binary form, header and trailer included, or in its text form: of thousands of rows,
 * a tenth of what parsed values cost. COPY takes no parameters, so the query has none: values are literals (`sql.lit`), and never
 * a request's. All of it is held in memory: read in pages.
 * @throws TypeError when the query has parameters; what `Database.read` throws
 * @spec PostgreSQL 18, COPY, “Text Format” and “Binary Format”, and §54.2.6 “COPY Operations”
 */
export function copyOut(
  tx: Transaction,
  query: RawBuilder<unknown>,
  format: 'binary' | 'text' = 'binary',
): Promise<Buffer> {
  const { sql, parameters } = query.compile(sqlOf(tx));
  if (parameters.length > 0) throw new TypeError('COPY takes no parameters');
  const client = clientOf(tx);
  return new Promise((resolve, reject) => {
    let bytes = Buffer.allocUnsafe(FIRST_BYTES);
    let length = 0;
    let failure: unknown;
    const finish = (): void => {
      if (failure === undefined) resolve(bytes.subarray(0, length));
      else reject(failure);
    };
    // The callbacks that pg's Client makes to the query that is running.
    client.query({
      submit(connection: pg.Connection): void {
        connection.query(`COPY (${sql}) TO STDOUT (FORMAT ${format})`);
      },
      // Its chunk is a part of the parser's own buffer, which the next packet overwrites.
      handleCopyData({ chunk }: { chunk: Buffer }): void {
        if (length + chunk.length > bytes.length) {
          const more = Buffer.allocUnsafe(Math.max(bytes.length * 2, length + chunk.length));
          bytes.copy(more, 0, 0, length);
          bytes = more;
        }
        length += chunk.copy(bytes, length);
      },
      handleCommandComplete(): void {},
      // After an error the Client does not tell the query of ReadyForQuery any more.
      handleError(error: unknown): void {
        failure ??= fromDriver(error);
        finish();
      },
      handleReadyForQuery: finish,
    } as pg.Submittable);
  });
}
