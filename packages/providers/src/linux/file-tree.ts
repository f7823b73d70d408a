import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { providerErrors } from './errors.ts';

const CHUNK_BYTES = 256 * 1024;
const SMALL_FILE_BYTES = 64 * 1024;

/** Out of means for the moment: to report null now would say that the fact is gone. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);
/** The file is not there, so neither is what it would tell. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/**
 * The system's own files below a root. Reading is synchronous: one call is microseconds of procfs, sysfs or
 * page cache, where a thread-pool round trip would cost ten times as much; collectors yield between calls.
 * Whatever cannot be read is null. Only regular files are opened, and never waited for.
 */
export interface FileTree {
  /** At most `limitBytes` (64 KiB) of the file as text, cut at the end of a line when there is more. */
  text(path: string, limitBytes?: number): string | null;
  /** The same, trimmed; null also when nothing is left. */
  line(path: string): string | null;
  /** A non-negative safe integer that stands alone in the file. */
  number(path: string): number | null;
  bytes(path: string, limitBytes?: number): Buffer | null;
  /**
   * Text of a file that lists rows: null when there is no such file.
   * @throws `inventory.source_unreadable` when there is one and it cannot be read
   */
  table(path: string, limitBytes: number): string | null;
  /** Names in a folder, sorted; empty when there is none. */
  names(path: string): readonly string[];
  /** Where a symbolic link points, unresolved. */
  link(path: string): string | null;
  stat(path: string): Stats | null;
  space(path: string): { readonly sizeBytes: number; readonly freeBytes: number } | null;
  /** The path on this machine. */
  resolve(path: string): string;
}

export function createFileTree(root: string): FileTree {
  const resolve = (path: string): string => join(root, path);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);

  const attempt = <T>(path: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (PASSING.has(code)) throw unreadable(path, code, error);
      return null;
    }
  };

  const read = (path: string, limitBytes: number): Buffer => {
    // A pipe without a writer would hold the process at open, a device might act on being read.
    const file = openSync(resolve(path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return Buffer.alloc(0);
      const parts: Buffer[] = [];
      let length = 0;
      while (length < limitBytes) {
        const count = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, limitBytes - length), null);
        if (count === 0) break;
        length += count;
        parts.push(Buffer.from(chunk.subarray(0, count)));
      }
      return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    } finally {
      closeSync(file);
    }
  };

  const readText = (path: string, limitBytes: number): string => {
    const bytes = read(path, limitBytes);
    const cut = bytes.length === limitBytes ? bytes.lastIndexOf(0x0a) + 1 : 0;
    return bytes.toString('utf8', 0, cut > 0 ? cut : bytes.length);
  };

  const text = (path: string, limitBytes = SMALL_FILE_BYTES): string | null =>
    attempt(path, () => readText(path, limitBytes));
  const line = (path: string): string | null => text(path)?.trim() || null;

  return {
    text,
    line,
    number(path) {
      const found = line(path);
      if (found === null || !/^\d{1,16}$/.test(found)) return null;
      const value = Number(found);
      return Number.isSafeInteger(value) ? value : null;
    },
    bytes: (path, limitBytes = SMALL_FILE_BYTES) => attempt(path, () => read(path, limitBytes)),
    table(path, limitBytes) {
      try {
        return readText(path, limitBytes);
      } catch (error) {
        const code = codeOf(error);
        if (code === undefined) throw error;
        if (ABSENT.has(code)) return null;
        throw unreadable(path, code, error);
      }
    },
    names: (path) => attempt(path, () => readdirSync(resolve(path)).sort()) ?? [],
    link: (path) => attempt(path, () => readlinkSync(resolve(path))),
    stat: (path) => attempt(path, () => statSync(resolve(path), { throwIfNoEntry: false }) ?? null),
    space: (path) =>
      attempt(path, () => {
        const { bsize, blocks, bavail } = statfsSync(resolve(path));
        return { sizeBytes: bsize * blocks, freeBytes: bsize * bavail };
      }),
    resolve,
  };
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function unreadable(path: string, reason: string, cause: unknown): Error {
  return providerErrors.sourceUnreadable({ path, reason }, { cause });
}
