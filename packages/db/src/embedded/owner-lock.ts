import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '@moorline/files';
import { dbErrors } from '../errors.ts';

/** Held as long as the process lives; the operating system lets go of it at any kind of end. */
export interface OwnerLock {
  release(): void;
}

/**
 * Makes this process the only owner of `home`. The lock is what counts: a process id that is used again cannot
 * be taken for the owner. `owner.json` beside it only says who the owner is.
 * @throws `db.folder_in_use`
 */
export async function takeOwnership(home: string, folder: string): Promise<OwnerLock> {
  const ownerFile = join(home, 'owner.json');
  const lock = await lockFolder(home, 'owner.lock');
  if (!lock) throw dbErrors.folderInUse({ folder, ...readOwner(ownerFile) });
  const owner = { pid: process.pid, since: new Date().toISOString() };
  writeFileSync(ownerFile, JSON.stringify(owner), { mode: 0o600 });
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      rmSync(ownerFile, { force: true });
      lock[Symbol.dispose]();
    },
  };
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
