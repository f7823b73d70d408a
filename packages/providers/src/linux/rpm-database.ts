import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { providerErrors } from './errors.ts';
import type { FileTree } from './file-tree.ts';

const PATHS = ['/usr/lib/sysimage/rpm/rpmdb.sqlite', '/var/lib/rpm/rpmdb.sqlite'];
/** A kernel's header, the largest that there is, takes about a megabyte. */
const HEADER_BYTES = 32 * 1024 * 1024;
const MAX_PACKAGES = 50_000;

/**
 * The headers in the system's rpm database, one at a time; none when there is no such database.
 * Nothing is written beside the database: it is opened as unchanging unless a log of changes lies next to
 * it that is not yet part of it.
 * @throws `inventory.source_unreadable`
 * @spec rpm lib/backend/sqlite.c: table Packages (hnum, blob)
 */
export function* readRpmHeaders(files: FileTree): Iterable<Uint8Array> {
  const path = PATHS.find((candidate) => files.stat(candidate)?.isFile());
  if (path === undefined) return;
  try {
    using database = open(files, path);
    const rows = database
      .prepare('select blob from Packages where length(blob) <= ? order by hnum limit ?')
      .iterate(HEADER_BYTES, MAX_PACKAGES);
    for (const { blob } of rows) if (blob instanceof Uint8Array) yield blob;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw providerErrors.sourceUnreadable({ path, reason }, { cause: error });
  }
}

function open(files: FileTree, path: string): DatabaseSync {
  const url = pathToFileURL(files.resolve(path));
  url.searchParams.set('mode', 'ro');
  const pending = ['-wal', '-journal'].some((suffix) => files.stat(path + suffix)?.size);
  if (!pending) url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true, timeout: 500 });
}
