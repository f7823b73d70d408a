import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncFolder, writeDurably } from '@moorline/files';
import { dbErrors } from '../errors.ts';
import type { Binaries } from './binaries.ts';
import type { Home } from './home.ts';
import type { OsUser } from './os-user.ts';

/** Passwords of the three roles; in a file that only the host's account can read. */
export interface Secrets {
  readonly bootstrap: string;
  readonly owner: string;
  readonly serving: string;
}

export const BOOTSTRAP_ROLE = 'moorline_bootstrap';

/**
 * Makes the cluster when there is none, in a folder beside its place that is renamed at the end: what a kill
 * leaves there is thrown away at the next start. Gives the roles' passwords.
 * @throws `db.newer_server`, `db.older_server`, `db.cluster_damaged`, `db.start_failed`
 */
export async function ensureCluster(
  home: Home,
  binaries: Binaries,
  user: OsUser | undefined,
  signal?: AbortSignal,
): Promise<Secrets> {
  if (existsSync(home.cluster)) {
    checkMajor(home, binaries);
    return readSecrets(home);
  }
  const secrets = { bootstrap: newPassword(), owner: newPassword(), serving: newPassword() };
  await writeDurably(home.secretsFile, JSON.stringify(secrets));
  rmSync(home.rolesMarker, { force: true });
  const making = `${home.cluster}.new`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700 });
  if (user) chownSync(making, user.uid, user.gid);
  await runInitdb({ home, making, binaries, user, password: secrets.bootstrap, signal });
  renameSync(making, home.cluster);
  await syncFolder(home.path);
  return secrets;
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

function checkMajor(home: Home, binaries: Binaries): void {
  const file = join(home.cluster, 'PG_VERSION');
  const { folder } = home;
  if (!existsSync(file)) throw dbErrors.clusterDamaged({ folder, reason: `${file} is missing` });
  const found = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const shipped = binaries.major;
  if (found > shipped) throw dbErrors.newerServer({ folder, found, shipped });
  if (found < shipped) throw dbErrors.olderServer({ place: folder, found, needed: shipped });
}

function readSecrets(home: Home): Secrets {
  try {
    const read = JSON.parse(readFileSync(home.secretsFile, 'utf8')) as Partial<Secrets>;
    const { bootstrap, owner, serving } = read;
    if (bootstrap && owner && serving) return { bootstrap, owner, serving };
  } catch {
    // Said below, like a file of another shape.
  }
  const reason = `${home.secretsFile}, which holds the database's passwords, is missing or not readable`;
  throw dbErrors.clusterDamaged({ folder: home.folder, reason });
}

async function runInitdb(options: {
  home: Home;
  making: string;
  binaries: Binaries;
  user: OsUser | undefined;
  password: string;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { home, making, binaries, user, signal } = options;
  const passwordFile = join(home.path, 'initdb-password');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, options.password, { mode: 0o600, flag: 'wx' });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  const args = [
    ...['-D', making, '-U', BOOTSTRAP_ROLE, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...['--data-checksums', '--no-instructions'],
  ];
  try {
    const child = spawn(binaries.initdb, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      // By its working directory it is found again when we are killed and it is not.
      cwd: making,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
      ...user,
      ...(signal ? { signal } : {}),
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.on('error', (error) => {
      complaint += error.message;
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    signal?.throwIfAborted();
    if (code === 0) return;
    const reason = complaint.trim().split('\n').at(-1) || `initdb ended with ${code}`;
    throw dbErrors.startFailed({ reason, logFile: home.logFile });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
