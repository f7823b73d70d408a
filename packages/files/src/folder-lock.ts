import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from './errno.ts';

/**
 * Takes `folder` for its caller, or answers undefined when another one has it. The lock is the operating
 * system's own on the file `name` there (taken by SQLite, since Node has no call for it): it ends with the
 * process, however that ends, so none is ever stale. Disposing twice is fine.
 * @throws the system's error when the folder is not there or cannot be written
 */
export async function lockFolder(folder: string, name: string): Promise<Disposable | undefined> {
  const file = join(folder, name);
  makeIfMissing(file);
  accessSync(file, constants.R_OK | constants.W_OK);
  // Loaded when it is used: most who import this package lock nothing.
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}

// Readable by us alone: who can read it could hold a lock on it. One that is there is not opened: closing any
// descriptor of a file gives up the locks that this process has on it.
function makeIfMissing(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!isErrno(error) || error.code !== 'EEXIST') throw error;
  }
}

function isBusy(error: unknown): boolean {
  // @spec https://www.sqlite.org/rescode.html: SQLITE_BUSY
  return (error as { errcode?: unknown } | null)?.errcode === 5;
}
