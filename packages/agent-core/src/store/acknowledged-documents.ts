import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { isErrno, writeDurably } from '@moorline/files';
import type { InventoryRow } from '@moorline/model';
import { openFolder } from './open-folder.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const SUFFIX = '.json.gz';

export interface AcknowledgedHead {
  /** SHA-256 hex of the canonical rows that the authority has. */
  readonly hash: string;
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly acknowledgedAt: number;
}

/** Per inventory class, the document that the authority has: the base of the next delta. */
export interface AcknowledgedDocuments {
  head(className: string): AcknowledgedHead | undefined;
  /** The rows behind `head`; undefined when there are none or the file is damaged. */
  rows(className: string): Promise<readonly InventoryRow[] | undefined>;
  put(className: string, head: AcknowledgedHead, rows: readonly InventoryRow[]): Promise<void>;
}

/** Opens the folder; a damaged document is as if absent, so it is sent whole again. */
export async function openAcknowledgedDocuments(folder: string): Promise<AcknowledgedDocuments> {
  await openFolder(folder);
  const heads = new Map<string, AcknowledgedHead>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith(SUFFIX)) continue;
    const document = await readDocument(join(folder, name));
    if (document) heads.set(name.slice(0, -SUFFIX.length), document.head);
  }
  const pathOf = (className: string): string => join(folder, `${className}${SUFFIX}`);
  return {
    head: (className) => heads.get(className),
    async rows(className) {
      const document = await readDocument(pathOf(className));
      return document?.head.hash === heads.get(className)?.hash ? document?.rows : undefined;
    },
    async put(className, head, rows) {
      const text = `${JSON.stringify(head)}\n${JSON.stringify(rows)}`;
      await writeDurably(
        pathOf(className),
        await compress(text, { level: constants.Z_BEST_SPEED }),
      );
      heads.set(className, head);
    },
  };
}

async function readDocument(
  path: string,
): Promise<{ head: AcknowledgedHead; rows: InventoryRow[] } | undefined> {
  try {
    const text = (await decompress(await readFile(path))).toString('utf8');
    const split = text.indexOf('\n');
    // Written by `put` alone, whole or not at all, and gzip's checksum held.
    const head = JSON.parse(text.slice(0, split)) as AcknowledgedHead;
    return { head, rows: JSON.parse(text.slice(split + 1)) as InventoryRow[] };
  } catch (error) {
    // A file that cannot be read at all is another matter than a damaged one.
    if (isErrno(error) && error.syscall !== undefined && error.code !== 'ENOENT') throw error;
    return undefined;
  }
}
