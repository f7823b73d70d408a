import { Buffer } from 'node:buffer';
import type pg from 'pg';
import { fromDriver } from '../driver-errors.ts';

/** So much may wait for its reader before the socket is. */
const MOST_WAITING_BYTES = 1024 * 1024;

/**
 * What a `COPY … TO STDOUT` sends, as it comes; the server waits for a slow reader. Read it to its end.
 * @spec PostgreSQL 18, §54.2.6 “COPY Operations”
 */
export async function* copyStream(client: pg.Client, statement: string): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  let failure: unknown;
  let connection: pg.Connection | undefined;
  let news = Promise.withResolvers<void>();
  // The callbacks that pg's Client makes to the query that is running.
  client.query({
    submit(given: pg.Connection): void {
      connection = given;
      given.query(statement);
    },
    handleCopyData({ chunk }: { chunk: Buffer }): void {
      // Its chunk is a part of the parser's own buffer, which the next packet overwrites.
      waiting.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > MOST_WAITING_BYTES) connection?.stream.pause();
      news.resolve();
    },
    handleCommandComplete(): void {},
    handleError(error: unknown): void {
      failure ??= fromDriver(error);
      isOver = true;
      news.resolve();
    },
    handleReadyForQuery(): void {
      isOver = true;
      news.resolve();
    },
  } as pg.Submittable);
  for (;;) {
    const chunk = Buffer.concat(waiting.splice(0));
    bytes = 0;
    news = Promise.withResolvers<void>();
    if (chunk.length > 0) {
      connection?.stream.resume();
      yield chunk;
      continue;
    }
    if (failure !== undefined) throw failure;
    if (isOver) return;
    await news.promise;
  }
}
