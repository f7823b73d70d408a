import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Json } from '@moorline/kernel';
import { readIfPresent, syncFolder, writeFileAtomically } from './atomic-file.ts';

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
  const stored = (await readIfPresent(path)) ?? Buffer.alloc(0);
  const end = stored.lastIndexOf(0x0a) + 1;
  const records = stored
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const record = parseRecord(line);
      return record ? [record] : [];
    });
  let file = await openForAppend(path);
  if (end < stored.length) await file.truncate(end);
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
        await writeFileAtomically(path, linesOf(all));
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

async function openForAppend(path: string): Promise<FileHandle> {
  const file = await open(path, 'a', 0o600);
  await syncFolder(dirname(path));
  return file;
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
