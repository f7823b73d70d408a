import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { OsUser } from './os-user.ts';

/** Where clusters live whose data folder the database's own OS user cannot enter. */
export const SYSTEM_FOLDER = '/var/lib/moorline';

/** The folder below SYSTEM_FOLDER that belongs to a data folder, by the data folder's real path. */
export function systemHomeOf(realFolder: string): string {
  return `${SYSTEM_FOLDER}/${createHash('sha256').update(realFolder).digest('hex').slice(0, 16)}`;
}

/** True when `user` may enter `folder`: asked of the kernel, so that access lists count too. */
export function canEnter(user: OsUser, folder: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'cd -- "$0"', folder], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  return status === 0;
}
