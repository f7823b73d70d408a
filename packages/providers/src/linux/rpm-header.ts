/** Tags that inventory asks for. @spec rpm "Header tags" (docs/manual/tags) */
export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  installTime: 1008,
  size: 1009,
  vendor: 1011,
  packager: 1015,
  group: 1016,
  arch: 1022,
  longSize: 5009,
} as const;
export type Tag = (typeof TAG)[keyof typeof TAG];

const PREFIX_BYTES = 8;
const ENTRY_BYTES = 16;
const MAX_ENTRIES = 65_536;
const MAX_TEXT_BYTES = 4096;

const INT32 = 4;
const INT64 = 5;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;

const WANTED: ReadonlySet<number> = new Set(Object.values(TAG));

/** One package's header, as the database keeps it. */
export interface RpmHeader {
  /** The first text of the tag; null when it is absent, of another type, or not inside the header. */
  text(tag: Tag): string | null;
  /** The first number of the tag, if it is a safe integer. */
  integer(tag: Tag): number | null;
}

interface Entry {
  readonly type: number;
  readonly start: number;
}

/**
 * Reads a header without its magic: two counts (entries, bytes of data), the index of 16-byte entries (tag,
 * type, offset, count), then the data; everything big-endian. Entries that were added at installation
 * follow the signed region with offsets into the same data, so that reading the index in order finds both.
 * Bytes of any content are accepted: undefined when the counts do not fit, null for values that do not.
 * @spec rpm "Header format" (docs/manual/hregions, docs/manual/format_header)
 */
export function createRpmHeader(blob: Uint8Array): RpmHeader | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < PREFIX_BYTES) return undefined;
  const entryCount = bytes.readUInt32BE(0);
  const dataBytes = bytes.readUInt32BE(4);
  if (entryCount === 0 || entryCount > MAX_ENTRIES) return undefined;
  const dataStart = PREFIX_BYTES + entryCount * ENTRY_BYTES;
  const dataEnd = dataStart + dataBytes;
  if (dataEnd > bytes.length) return undefined;

  const entries = new Map<number, Entry>();
  for (let index = 0; index < entryCount; index++) {
    const at = PREFIX_BYTES + index * ENTRY_BYTES;
    const tag = bytes.readUInt32BE(at);
    const offset = bytes.readUInt32BE(at + 8);
    const count = bytes.readUInt32BE(at + 12);
    if (!WANTED.has(tag) || count === 0 || offset >= dataBytes || entries.has(tag)) continue;
    entries.set(tag, { type: bytes.readUInt32BE(at + 4), start: dataStart + offset });
  }

  return {
    text(tag) {
      const entry = entries.get(tag);
      if (!entry || ![STRING, STRING_ARRAY, I18N_STRING].includes(entry.type)) return null;
      const end = bytes.indexOf(0, entry.start);
      if (end < 0 || end >= dataEnd) return null;
      return bytes.toString('utf8', entry.start, Math.min(end, entry.start + MAX_TEXT_BYTES));
    },
    integer(tag) {
      const entry = entries.get(tag);
      if (entry?.type === INT32 && entry.start + 4 <= dataEnd)
        return bytes.readUInt32BE(entry.start);
      if (entry?.type !== INT64 || entry.start + 8 > dataEnd) return null;
      const value = Number(bytes.readBigUInt64BE(entry.start));
      return Number.isSafeInteger(value) ? value : null;
    },
  };
}
