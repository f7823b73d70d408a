import { type FileHandle, open } from 'node:fs/promises';
import { readIfPresent, writeDurably } from '@moorline/files';
import type { Json } from '@moorline/kernel';

export type LogRecord = { readonly [key: string]: Json };

/** An append-only file of JSON lines. A line cut off by a crash is as if it had never been written. */
export interface RecordLog extends AsyncDisposable {
  /** Appends in call order; `durable`: resolves when the records are on the disk. */
  append(records: readonly LogRecord[], options: { readonly durable: boolean }): Promise<void>;
  /** Replaces the whole content atomically. */
  rewrite(records: readonly LogRecord[]): Promise<void>;
}

/** Opens the log and hands over what it holds; lines that are no JSON objects are left out. */
export async function openRecordLog(
  path: string,
): Promise<{ readonly log: RecordLog; readonly records: readonly LogRecord[] }> {
  const stored = await readIfPresent(path);
  // Made durably at once, so that a record in it cannot outlive a power cut that its file does not.
  if (stored === undefined) await writeDurably(path, '');
  const whole = (stored ?? '').slice(0, (stored ?? '').lastIndexOf('\n') + 1);
  const records = whole.split('\n').flatMap((line) => {
    const record = parseRecord(line);
    return record ? [record] : [];
  });
  let file = await openForAppend(path);
  if (stored !== undefined && whole.length < stored.length) {
    await file.truncate(Buffer.byteLength(whole));
  }
  let tail: Promise<unknown> = Promise.resolve();
  // One operation at a time: a line never lands inside another, nor in the file that a rewrite replaces.
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    const result = tail.then(work);
    tail = result.catch(() => {});
    return result;
  };
  const log: RecordLog = {
    append: (added, { durable }) =>
      inOrder(async () => {
        await file.appendFile(linesOf(added));
        if (durable) await file.datasync();
      }),
    rewrite: (all) =>
      inOrder(async () => {
        await writeDurably(path, linesOf(all));
        await file.close();
        file = await openForAppend(path);
      }),
    async [Symbol.asyncDispose]() {
      await tail;
      await file.close();
    },
  };
  return { log, records };
}

function openForAppend(path: string): Promise<FileHandle> {
  return open(path, 'a', 0o600);
}

function linesOf(records: readonly LogRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function parseRecord(line: string): LogRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as LogRecord) // JSON.parse of an object gives nothing else
      : undefined;
  } catch {
    return undefined;
  }
}
