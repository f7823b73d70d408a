import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

/** A file in the archive. */
export interface ZipEntry {
  /** Relative, with forward slashes. */
  readonly name: string;
  readonly content: Buffer;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Deflate, and names in UTF-8. */
const METHOD = 8;
const FLAGS = 0x0800;
const VERSION = 20;
/** Files in the archive are regular, and the owner's alone. */
const UNIX_MODE = 0o100600;
const MADE_ON_UNIX = 0x0300 | VERSION;

/**
 * Writes an archive, one entry in memory at a time, and answers its size; entries that would make it larger than
 * `limitBytes` are left out, and `name` of each goes to `leftOut`.
 * @spec PKWARE APPNOTE 6.3.10 §4.3, without ZIP64: the limit is below 4 GiB
 */
export async function writeZip(
  path: string,
  entries: AsyncIterable<ZipEntry>,
  options: { readonly limitBytes: number; readonly at: Date; leftOut(name: string): void },
): Promise<number> {
  await using file = await open(path, 'w', 0o600);
  const { time, date } = dosTime(options.at);
  const central: Buffer[] = [];
  let offset = 0;
  let centralBytes = 0;
  for await (const { name, content } of entries) {
    const nameBytes = Buffer.from(name, 'utf8');
    const packed = await deflate(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(FLAGS, 2);
    common.writeUInt16LE(METHOD, 4);
    common.writeUInt16LE(time, 6);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const record = Buffer.concat([
      u32(CENTRAL),
      u16(MADE_ON_UNIX),
      common,
      Buffer.alloc(14),
      nameBytes,
    ]);
    // After the lengths: comment, disk and attributes inside are none.
    record.writeUInt32LE((UNIX_MODE << 16) >>> 0, 38);
    record.writeUInt32LE(offset, 42);
    const local = Buffer.concat([u32(LOCAL), common, nameBytes, packed]);
    const total = offset + local.length + centralBytes + record.length + 22;
    if (total > options.limitBytes) {
      options.leftOut(name);
      continue;
    }
    await file.write(local);
    central.push(record);
    offset += local.length;
    centralBytes += record.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(centralBytes, 12);
  end.writeUInt32LE(offset, 16);
  await file.write(Buffer.concat([...central, end]));
  await file.sync();
  return offset + centralBytes + end.length;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @spec PKWARE APPNOTE 6.3.10 §4.4.6: MS-DOS time, here in UTC */
function dosTime(at: Date): { readonly time: number; readonly date: number } {
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  };
}
