import { Buffer } from 'node:buffer';
import { type RawBuilder, sql } from 'kysely';

type ElementType = 'text' | 'json' | 'jsonb';

/** Types whose binary form is their text in UTF-8, after a prefix. @spec PostgreSQL 18, src/include/catalog/pg_type.dat */
const TYPES: Readonly<Record<ElementType, { readonly oid: number; readonly prefix: Buffer }>> = {
  text: { oid: 25, prefix: Buffer.alloc(0) },
  json: { oid: 114, prefix: Buffer.alloc(0) },
  /** Version 1 of the one that there is. */
  jsonb: { oid: 3802, prefix: Buffer.from([1]) },
};

/**
 * A bound array parameter in PostgreSQL's binary form, for `unnest`: `unnest(${binaryArray('jsonb', texts)})`. The
 * texts (of JSON types: JSON) go as they are. In the text form of an array every quote of a document is escaped here and
 * unescaped there, which costs more than storing it.
 * @spec PostgreSQL 18, array_recv and jsonb_recv
 */
export function binaryArray(
  type: ElementType,
  texts: readonly (string | null)[],
): RawBuilder<readonly (string | null)[]> {
  return sql`${encodeArray(type, texts)}::${sql.raw(`${type}[]`)}`;
}

function encodeArray(type: ElementType, texts: readonly (string | null)[]): Buffer {
  const { oid, prefix } = TYPES[type];
  let size = 20;
  for (const text of texts)
    size += 4 + (text === null ? 0 : prefix.length + Buffer.byteLength(text));
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(texts.length === 0 ? 0 : 1, 0); // dimensions
  buffer.writeInt32BE(texts.includes(null) ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (texts.length === 0) return buffer.subarray(0, 12);
  buffer.writeInt32BE(texts.length, 12);
  buffer.writeInt32BE(1, 16); // the first index
  let at = 20;
  for (const text of texts) {
    if (text === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const start = at + 4 + prefix.length;
    prefix.copy(buffer, at + 4);
    const length = buffer.write(text, start, 'utf8');
    buffer.writeInt32BE(prefix.length + length, at);
    at = start + length;
  }
  return buffer;
}
