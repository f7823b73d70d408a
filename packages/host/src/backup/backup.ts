import type { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { access, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type DatabaseSource, dumpDatabase } from '@moorline/db';
import { reasonOf, syncFolder } from '@moorline/files';
import { type Clock, type Logger, rfc3339 } from '@moorline/kernel';
import { type HostKind, readHostIdentity } from '../data-folder.ts';
import { hostErrors } from '../errors.ts';
import { type Frame, writeFrames } from './frames.ts';
import type { BackupNote } from './note.ts';
import { seal } from './sealed.ts';

export interface BackupOptions {
  readonly dataFolder: string;
  readonly kind: HostKind;
  readonly database: DatabaseSource;
  readonly file: string;
  readonly passphrase: string;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Writes everything that a host is into one file, mode 0600, sealed with the passphrase: its keys, and its database as
 * of one moment, whether it runs meanwhile or not. The file appears when it is whole.
 * @throws `host.backup_nothing`, `host.backup_exists`, `host.backup_unwritable`, and what opening the database throws
 */
export async function backupHost(options: BackupOptions): Promise<{ readonly sizeBytes: number }> {
  const { file } = options;
  const identity = await readHostIdentity(options.dataFolder);
  if (identity?.kind !== options.kind) {
    throw hostErrors.backupNothing({ folder: options.dataFolder, kind: options.kind });
  }
  if (await exists(file)) throw hostErrors.backupExists({ file });
  const making = `${file}.${process.pid}.new`;
  try {
    const handle = await open(making, 'wx', 0o600);
    const target = handle.createWriteStream({ flush: true });
    await pipeline(
      writeFrames(frames(options, identity)),
      createGzip({ level: 6 }),
      (plain: AsyncIterable<Buffer>) => seal(plain, options.passphrase),
      target,
    );
    await rename(making, file);
    await syncFolder(dirname(file));
    return { sizeBytes: (await stat(file)).size };
  } catch (error) {
    await rm(making, { force: true });
    if (error instanceof Error && 'syscall' in error) {
      throw hostErrors.backupUnwritable({ file, reason: reasonOf(error) }, { cause: error });
    }
    throw error;
  }
}

async function* frames(
  options: BackupOptions,
  identity: Extract<BackupNote, { kind: 'backup' }>['identity'],
): AsyncGenerator<Frame<BackupNote>> {
  const { dataFolder, version, clock } = options;
  const note = (one: BackupNote): Frame<BackupNote> => ({ kind: 'note', note: one });
  yield note({ kind: 'backup', identity, version, madeAt: rfc3339(clock.now()) });
  for (const path of await filesOf(dataFolder)) {
    const { mode } = await stat(join(dataFolder, path));
    yield note({ kind: 'file', path: path.replaceAll('\\', '/'), mode: mode & 0o777 });
    for await (const bytes of createReadStream(join(dataFolder, path))) {
      yield { kind: 'data', bytes };
    }
  }
  for await (const part of dumpDatabase(options.database, options)) {
    if (part.kind === 'head') yield note({ kind: 'database', ...part.head });
    else if (part.kind === 'table') yield note(part);
    else yield { kind: 'data', bytes: part.bytes };
  }
  yield note({ kind: 'end' });
}

/** What a host writes beside its database, but for what belongs to the process that runs. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter(
      (path) => !/^(?:postgres|logs?)[\\/]/.test(path) && !/\.(?:log|lock|new|sock)$/.test(path),
    )
    .sort();
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
