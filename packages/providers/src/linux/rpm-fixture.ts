/** One tag of a header to be written. */
export type RpmField =
  | { readonly tag: number; readonly type: 'string'; readonly value: string }
  | { readonly tag: number; readonly type: 'i18n'; readonly value: readonly string[] }
  | { readonly tag: number; readonly type: 'int32' | 'int64'; readonly value: number };

const TYPE_NUMBER = { int32: 4, int64: 5, string: 6, i18n: 9 } as const;
const ALIGNMENT = { int32: 4, int64: 8, string: 1, i18n: 1 } as const;

/**
 * A header as the rpm database keeps it, written from the format's description and not from the reader:
 * region tag first, then the fields in the order given, then the region's trailer. For tests.
 * @spec rpm "Header format", "Header regions"
 */
export function encodeRpmHeader(fields: readonly RpmField[]): Buffer {
  const data: Buffer[] = [];
  let length = 0;
  const put = (bytes: Buffer): number => {
    const offset = length;
    data.push(bytes);
    length += bytes.length;
    return offset;
  };
  const index = fields.map((field) => {
    const misplaced = length % ALIGNMENT[field.type];
    if (misplaced > 0) put(Buffer.alloc(ALIGNMENT[field.type] - misplaced));
    const count = field.type === 'i18n' ? field.value.length : 1;
    return entry(field.tag, TYPE_NUMBER[field.type], put(valueBytes(field)), count);
  });
  const regionBytes = (fields.length + 1) * 16;
  const trailer = put(entry(63, 7, -regionBytes, 16));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(fields.length + 1, 0);
  head.writeUInt32BE(length, 4);
  return Buffer.concat([head, entry(63, 7, trailer, 16), ...index, ...data]);
}

function entry(tag: number, type: number, offset: number, count: number): Buffer {
  const bytes = Buffer.alloc(16);
  [tag, type, offset, count].forEach((value, position) => {
    bytes.writeInt32BE(value, position * 4);
  });
  return bytes;
}

function valueBytes(field: RpmField): Buffer {
  if (field.type === 'string') return Buffer.from(`${field.value}\0`);
  if (field.type === 'i18n') return Buffer.from(field.value.map((text) => `${text}\0`).join(''));
  const bytes = Buffer.alloc(field.type === 'int64' ? 8 : 4);
  if (field.type === 'int64') bytes.writeBigInt64BE(BigInt(field.value));
  else bytes.writeUInt32BE(field.value);
  return bytes;
}
