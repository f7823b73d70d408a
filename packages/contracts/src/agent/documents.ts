import { type Static, Type } from 'typebox';
import { AGENT_LIMITS } from './protocol.ts';

const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
// Rows are checked column by column against the class's declaration, not here.
const Row = Type.Record(Type.String(), Type.Unknown());

export const StateDocumentWire = Type.Object(
  {
    className: Type.String({ minLength: 1, maxLength: 64 }),
    /** SHA-256 of the canonical rows after this document. */
    hash: Hash,
    collectedAt: Type.String({ maxLength: 40 }),
    /** Whole: all rows. */
    rows: Type.Optional(Type.Array(Row)),
    /** Delta: what is put and dropped on the document whose hash is `baseHash`. */
    baseHash: Type.Optional(Hash),
    put: Type.Optional(Type.Array(Row)),
    drop: Type.Optional(Type.Array(Type.String({ maxLength: 8192 }))),
  },
  { additionalProperties: false },
);
export type StateDocumentWire = Static<typeof StateDocumentWire>;

/**
 * POST documents: gzip accepted. 200 when all were stored; 409 `inventory.resync` with `resync` (class names
 * to send whole) when a base was not the stored one; the others of the request are stored all the same.
 * since 1
 */
export const DocumentsBody = Type.Object(
  {
    documents: Type.Array(StateDocumentWire, {
      minItems: 1,
      maxItems: AGENT_LIMITS.documentsPerRequest,
    }),
  },
  { additionalProperties: false },
);
export type DocumentsBody = Static<typeof DocumentsBody>;

export const DocumentsAnswer = Type.Object({
  stored: Type.Array(Type.String()),
  resync: Type.Array(Type.String()),
});
export type DocumentsAnswer = Static<typeof DocumentsAnswer>;
