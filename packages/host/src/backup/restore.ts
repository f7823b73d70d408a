import { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { createGunzip } from 'node:zlib';
import { type DatabaseLoad, loadDatabase, type Migration, removeCluster } from '@moorline/db';
import { isErrno, reasonOf, writeDurably } from '@moorline/files';
import { type Logger, MoorlineError } from '@moorline/kernel';
import type { HostIdentity, HostKind } from '../data-folder.ts';
import { hostErrors } from '../errors.ts';
import { type Frame, readFrames } from './frames.ts';
import type { BackupNote } from './note.ts';
import { unseal } from './sealed.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly passphrase: string;
  /** New, or empty. */
  readonly dataFolder: string;
  readonly kind: HostKind;
  readonly migrations: readonly Migration[];
  /** SQL of the host's half of the federation: what must not be believed any more. */
  readonly statements: readonly string[];
  readonly logger: Logger;
}

/** Written last: a folder without it belongs to nobody yet. */
const IDENTITY_FILE = 'host.json';

/**
 * Puts a backup into a new data folder, with a database of its own in it. What fails leaves the folder as it was.
 * @throws `host.restore_folder_taken`, `host.backup_unreadable`, `host.backup_passphrase`, `host.backup_of_other`,
 *   `db.newer_version`
 */
export async function restoreHost(options: RestoreOptions): Promise<HostIdentity> {
  const { dataFolder, file, logger } = options;
  if (!(await isEmpty(dataFolder))) throw hostErrors.restoreFolderTaken({ folder: dataFolder });
  await mkdir(dataFolder, { recursive: true, mode: 0o711 });
  try {
    return await fill(options);
  } catch (error) {
    await removeCluster(join(dataFolder, 'postgres'), logger);
    for (const name of await readdir(dataFolder)) {
      await rm(join(dataFolder, name), { recursive: true, force: true });
    }
    if (error instanceof MoorlineError) throw error;
    throw hostErrors.backupUnreadable({ file, reason: reasonOf(error) }, { cause: error });
  }
}

async function fill(options: RestoreOptions): Promise<HostIdentity> {
  const { dataFolder, file } = options;
  await using stack = new AsyncDisposableStack();
  const plain = createGunzip();
  const sealed = createReadStream(file);
  const opened = unseal(sealed, options.passphrase, file);
  const feeding = feed(opened, plain);
  feeding.catch((error: Error) => plain.destroy(error));
  const parts = partsOf(readFrames<BackupNote>(plain));

  let identity: HostIdentity | undefined;
  let identityText: Buffer | undefined;
  let load: DatabaseLoad | undefined;
  let isWhole = false;
  for await (const { note, data } of parts) {
    if (!identity && note.kind !== 'backup') throw new Error('it does not say what it is');
    switch (note.kind) {
      case 'backup':
        if (note.identity.kind !== options.kind) {
          throw hostErrors.backupOfOther({ file, found: note.identity.kind, wanted: options.kind });
        }
        identity = note.identity;
        break;
      case 'file': {
        const content = await allOf(data);
        if (note.path === IDENTITY_FILE) identityText = content;
        else await putFile(dataFolder, note, content);
        break;
      }
      case 'database':
        load = stack.use(await loadDatabase(join(dataFolder, 'postgres'), note, options));
        break;
      case 'table':
        await load?.table(note.name, note.columns, data);
        break;
      case 'end':
        isWhole = true;
    }
  }
  await feeding;
  if (!isWhole || !identity || !identityText || !load) throw new Error('its end is missing');
  await load.finish(options.statements);
  await stack.disposeAsync();
  await writeDurably(join(dataFolder, IDENTITY_FILE), identityText, { mode: 0o644 });
  return identity;
}

async function allOf(data: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of data) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Names are data: what leaves the folder is none of ours. */
async function putFile(
  folder: string,
  { path, mode }: Extract<BackupNote, { kind: 'file' }>,
  content: Buffer,
): Promise<void> {
  const names = path.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes(sep))) {
    throw new Error(`it holds a file outside of its folder: ${path}`);
  }
  const file = join(folder, ...names);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeDurably(file, content, { mode: mode & 0o777 });
}

interface Part {
  readonly note: BackupNote;
  /** What stands behind the note; what is left unread is passed over. */
  readonly data: AsyncIterable<Buffer>;
}

async function* partsOf(frames: AsyncGenerator<Frame<BackupNote>>): AsyncGenerator<Part> {
  let next = await frames.next();
  const data = async function* (): AsyncGenerator<Buffer> {
    while (!next.done && next.value.kind === 'data') {
      yield next.value.bytes;
      next = await frames.next();
    }
  };
  while (!next.done) {
    if (next.value.kind !== 'note') throw new Error('data stands where a note should');
    const { note } = next.value;
    next = await frames.next();
    const behind = data();
    yield { note, data: behind };
    for await (const _ of behind); // passed over
  }
}

async function feed(
  from: AsyncIterable<Buffer>,
  into: ReturnType<typeof createGunzip>,
): Promise<void> {
  for await (const chunk of from) {
    if (!into.write(chunk)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      into.once('drain', resolve);
      into.once('close', resolve);
      await promise;
    }
    if (into.destroyed) return;
  }
  into.end();
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return true;
    throw hostErrors.folderUnwritable({ folder, reason: reasonOf(error) }, { cause: error });
  }
}
