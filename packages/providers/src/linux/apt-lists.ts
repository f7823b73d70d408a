import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { FileTree } from './file-tree.ts';
import { readLz4 } from './lz4.ts';

const FOLDER = '/var/lib/apt/lists';
const LIST_BYTES = 128 * 1024 * 1024;
const MOST_LISTS = 500;
const LONGEST_PARAGRAPH = 1024 * 1024;

/** Names of the lists of packages that apt has fetched, and when. */
export function aptListNames(files: FileTree): readonly string[] {
  return files
    .names(FOLDER)
    .filter((name) => /_Packages(\.lz4|\.gz|\.zst)?$/.test(name))
    .slice(0, MOST_LISTS);
}

/** The text of a list in parts that end with a paragraph; of a format that is not known: nothing. */
export function* readAptList(files: FileTree, name: string): Iterable<string> {
  const bytes = files.bytes(`${FOLDER}/${name}`, LIST_BYTES);
  if (bytes === null) return;
  let rest = '';
  for (const part of partsOf(bytes, name)) {
    // The fields that are asked for are ASCII: a character cut in half is in a description.
    const text = rest + part.toString('latin1');
    const end = text.lastIndexOf('\n\n') + 2;
    if (end < 2) {
      rest = text.length > LONGEST_PARAGRAPH ? '' : text;
      continue;
    }
    yield text.slice(0, end);
    rest = text.slice(end);
  }
  yield rest;
}

function* partsOf(bytes: Buffer, name: string): Iterable<Buffer> {
  if (name.endsWith('.lz4')) {
    yield* readLz4(bytes);
    return;
  }
  try {
    const options = { maxOutputLength: LIST_BYTES };
    if (name.endsWith('.gz')) yield gunzipSync(bytes, options);
    else if (name.endsWith('.zst')) yield zstdDecompressSync(bytes, options);
    else yield bytes;
  } catch {
    // Damaged, or larger than any list: it tells nothing.
  }
}
