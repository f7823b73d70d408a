import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type pg from 'pg';
import { fromDriver } from '../driver-errors.ts';

// The parts of pg's Connection that a query object is given and that @types/pg leaves out.
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Runs a `COPY … FROM STDIN` and feeds it `lines`, waiting whenever the socket is full. Resolves with the number
 * of rows. When `lines` throws, the copy fails on the server too, and that error is the result.
 * @spec PostgreSQL 18, §54.2.6 “COPY Operations”
 */
export function runCopy(
  client: pg.ClientBase,
  statement: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let rowCount = 0;
    let failure: unknown;
    let isOver = false;
    const finish = (): void => {
      isOver = true;
      if (failure === undefined) resolve(rowCount);
      else reject(failure);
    };
    // The callbacks that pg's Client makes to the query that is running.
    client.query({
      submit(connection: pg.Connection): void {
        connection.query(statement);
      },
      handleCopyInResponse(connection: CopyConnection): void {
        feed(connection, lines, () => isOver || failure !== undefined).catch((error: unknown) => {
          failure ??= error;
          connection.sendCopyFail('the sender gave up');
        });
      },
      handleCommandComplete({ text }: { text: string }): void {
        rowCount = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
      },
      // After an error the Client does not tell the query of ReadyForQuery any more.
      handleError(error: unknown): void {
        failure ??= fromDriver(error);
        finish();
      },
      handleReadyForQuery: finish,
    } as pg.Submittable);
  });
}

async function feed(
  connection: CopyConnection,
  lines: Iterable<string> | AsyncIterable<string>,
  isOver: () => boolean,
): Promise<void> {
  let chunk = '';
  const send = async (): Promise<void> => {
    connection.sendCopyFromChunk(Buffer.from(chunk, 'utf8'));
    chunk = '';
    if (connection.stream.writableNeedDrain) await drained(connection);
  };
  // Lines that are there already are not awaited one by one: that costs more than the line itself.
  if (Symbol.asyncIterator in lines) {
    for await (const line of lines) {
      // The server has refused a row: what follows is not wanted any more.
      if (isOver()) return;
      chunk += line;
      if (chunk.length >= CHUNK_CHARACTERS) await send();
    }
  } else {
    for (const line of lines) {
      chunk += line;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      if (isOver()) return;
      await send();
    }
  }
  if (chunk !== '') await send();
  if (!isOver()) connection.endCopyFrom();
}

async function drained(connection: CopyConnection): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([
      once(connection.stream, 'drain', { signal }),
      once(connection.stream, 'close', { signal }),
    ]);
  } finally {
    waiting.abort();
  }
}
