import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dbErrors } from '../errors.ts';

/** Held as long as the process lives; the operating system lets go of it at any kind of end. */
export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the only owner of `home`. The lock is the operating system's own lock on a file (taken by
 * SQLite, since Node has no call for it): nothing goes stale, and a process id that is used again cannot be
 * taken for the owner. `owner.json` beside it only says who the owner is.
 * @throws `db.folder_in_use`
 */
export function takeOwnership(home: string, folder: string): OwnerLock {
  const ownerFile = join(home, 'owner.json');
  const lockFile = join(home, 'owner.lock');
  // Ours alone: who can open it for reading could hold a lock on it.
  closeSync(openSync(lockFile, 'a', 0o600));
  const lock = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (!isBusy(cause)) throw cause;
    throw dbErrors.folderInUse({ folder, ...readOwner(ownerFile) }, { cause });
  }
  const owner = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(ownerFile, JSON.stringify(owner), { mode: 0o600 });
  return {
    release() {
      if (!lock.isOpen) return;
      rmSync(ownerFile, { force: true });
      lock.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  // @spec https://www.sqlite.org/rescode.html: SQLITE_BUSY
  return (error as { errcode?: unknown } | null)?.errcode === 5;
}

function readOwner(file: string): { pid: number | string; since: string } {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as { pid?: unknown; since?: unknown };
    if (typeof owner.pid === 'number' && typeof owner.since === 'string')
      return { pid: owner.pid, since: owner.since };
  } catch {
    // The owner has the lock and is about to write the file.
  }
  return { pid: 'unknown', since: 'just now' };
}
