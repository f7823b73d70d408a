import { spawnSync } from 'node:child_process';
import { dbErrors } from '../errors.ts';

/** The account that PostgreSQL runs as when we are root. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'moorline-db';

/**
 * The account for PostgreSQL's processes: undefined when we are not root (they run as we do), else
 * `moorline-db`, which is made when it is missing.
 * @throws `db.os_user_missing`
 */
export function databaseOsUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const present = lookUp();
  if (present) return present;
  const args = ['--system', '--no-create-home', '--home-dir', '/nonexistent'];
  const made = spawnSync('useradd', [...args, '--shell', '/usr/sbin/nologin', NAME], {
    encoding: 'utf8',
  });
  // Two hosts that start at the same time both try: what counts is that the account is there.
  const user = lookUp();
  if (user) return user;
  const reason = made.error?.message ?? made.stderr.trim();
  throw dbErrors.osUserMissing({
    user: NAME,
    reason: reason || `useradd ended with ${made.status}`,
  });
}

function lookUp(): OsUser | undefined {
  const ids = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, NAME], { encoding: 'utf8' });
    return status === 0 ? Number.parseInt(stdout, 10) : Number.NaN;
  });
  const [uid, gid] = ids;
  if (!uid || !gid) return undefined;
  return { uid, gid };
}
