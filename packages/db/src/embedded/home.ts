import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { isErrno, reasonOf, writeDurably } from '@moorline/files';
import type { Logger } from '@moorline/kernel';
import { dbErrors } from '../errors.ts';
import type { OsUser } from './os-user.ts';
import { canEnter, systemHomeOf } from './system-folder.ts';

/** Where everything of one embedded server lives. */
export interface Home {
  /** The data folder that was asked for, as its real path. */
  readonly folder: string;
  /** The folder itself, or its stand-in under /var/lib/moorline when the database's account cannot enter it. */
  readonly path: string;
  readonly cluster: string;
  readonly secretsFile: string;
  readonly rolesMarker: string;
  readonly logFile: string;
}

/**
 * Makes the data folder, or finds its stand-in. A pointer file in the data folder names the stand-in and carries
 * an id that the stand-in carries too, so that a new folder at an old path never gets the old one's data.
 * @throws `db.folder_unwritable`
 */
export async function openHome(
  folder: string,
  user: OsUser | undefined,
  logger: Logger,
): Promise<Home> {
  const real = makeWritable(folder);
  const pointer = readPointer(real);
  // As root the stand-in also takes the place of a socket folder in /tmp, where others could put a link.
  const suits = !user || (hasShortPath(real) && canEnter(user, real));
  if (!pointer && suits) return homeAt(real, real);
  const made = pointer ?? (await pointElsewhere(real, logger));
  mkdirSync(made.home, { recursive: true, mode: 0o711 });
  chmodSync(made.home, 0o711);
  await writeDurably(join(made.home, 'id'), made.id);
  return homeAt(real, made.home);
}

/** The home of a data folder that exists, without making anything. */
export function findHome(folder: string): Home | undefined {
  if (!existsSync(folder)) return undefined;
  const real = realpathSync(folder);
  return homeAt(real, readPointer(real)?.home ?? real);
}

function homeAt(folder: string, path: string): Home {
  return {
    folder,
    path,
    cluster: join(path, 'cluster'),
    secretsFile: join(path, 'secrets.json'),
    rolesMarker: join(path, 'roles-complete'),
    logFile: join(path, 'postgres.log'),
  };
}

function makeWritable(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const real = realpathSync(folder);
    const trial = join(real, `.writable-${process.pid}`);
    writeFileSync(trial, '');
    rmSync(trial);
    return real;
  } catch (cause) {
    throw dbErrors.folderUnwritable({ folder, reason: reasonOf(cause) }, { cause });
  }
}

interface Pointer {
  readonly home: string;
  readonly id: string;
}

const POINTER = 'cluster-location.json';

function readPointer(folder: string): Pointer | undefined {
  const file = join(folder, POINTER);
  if (!existsSync(file)) return undefined;
  const { home, id } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Pointer>;
  if (typeof home !== 'string' || typeof id !== 'string')
    throw dbErrors.clusterDamaged({ folder, reason: `${POINTER} is not readable` });
  const idFile = join(home, 'id');
  if (existsSync(idFile) && readFileSync(idFile, 'utf8') !== id) {
    const reason = `${home}, where its database was, now belongs to another folder`;
    throw dbErrors.clusterDamaged({ folder, reason });
  }
  return { home, id };
}

async function pointElsewhere(folder: string, logger: Logger): Promise<Pointer> {
  const pointer: Pointer = { home: systemHomeOf(folder), id: randomUUID() };
  if (existsSync(pointer.home)) {
    const aside = `${pointer.home}-left-${Date.now()}`;
    renameSync(pointer.home, aside);
    logger.warn({ aside, folder }, 'database of an earlier data folder at this path set aside');
  }
  await writeDurably(join(folder, POINTER), JSON.stringify(pointer));
  return pointer;
}

// sun_path holds 104 bytes on macOS and 108 on Linux, and PostgreSQL adds /.s.PGSQL.5432.lock to the folder.
const LONGEST_SOCKET_FOLDER = 80;

function hasShortPath(path: string): boolean {
  return Buffer.byteLength(join(path, 'run')) <= LONGEST_SOCKET_FOLDER;
}

/** The folder of the server's Unix socket: in the home, or a short one under /tmp when that path is too long. */
export function makeSocketFolder(home: Home, user: OsUser | undefined): string {
  const folder = socketFolder(home);
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (user) chownSync(folder, user.uid, user.gid);
  } catch (error) {
    if (!isErrno(error) || error.code !== 'EEXIST') throw error;
    const { uid } = lstatSync(folder);
    const expected = user?.uid ?? process.getuid?.() ?? uid;
    if (!lstatSync(folder).isDirectory() || uid !== expected)
      throw dbErrors.folderUnwritable({ folder, reason: 'it belongs to another account' });
  }
  return folder;
}

/** Follows from the home's path alone, so that it can be removed with it. */
export function socketFolder(home: Home): string {
  if (hasShortPath(home.path)) return join(home.path, 'run');
  return join('/tmp', `moorline-${basename(systemHomeOf(home.path))}`);
}
