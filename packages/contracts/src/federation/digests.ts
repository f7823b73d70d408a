import { DIGEST_BUCKETS } from '@moorline/model/ports';
import { type Static, Type } from 'typebox';

/** Of the text of a device that is digested; two ends compare only what they digest alike. */
export const DIGEST_FORMAT = 1;
/** Buckets whose devices may be asked for at once. */
export const DIGEST_BUCKETS_AT_ONCE = 16;

const Bucket = Type.Integer({ minimum: 0, maximum: DIGEST_BUCKETS - 1 });
/** A 64-bit number, decimal. */
const Digest = Type.String({ pattern: '^-?\\d{1,19}$' });
const Id = Type.String({ pattern: '^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$' });

/** POST digests: what the tenant holds of this site, in little. With `buckets`, device by device. since 1 */
export const DigestsBody = Type.Object(
  {
    format: Type.Integer({ minimum: 1 }),
    epoch: Type.String({ maxLength: 64 }),
    buckets: Type.Optional(
      Type.Array(Bucket, { minItems: 1, maxItems: DIGEST_BUCKETS_AT_ONCE, uniqueItems: true }),
    ),
  },
  { additionalProperties: false },
);
export type DigestsBody = Static<typeof DigestsBody>;

/** As it was when everything up to `cursor` was applied, and nothing behind it. */
export const DigestsAnswer = Type.Object({
  cursor: Type.String({ maxLength: 64 }),
  /** Bucket, number of devices, digest; buckets without devices are missing. */
  buckets: Type.Array(Type.Tuple([Bucket, Type.Integer({ minimum: 0 }), Digest]), {
    maxItems: DIGEST_BUCKETS,
  }),
  /** Devices of the buckets that were asked for: id, digest. */
  devices: Type.Array(Type.Tuple([Id, Digest]), { maxItems: 200_000 }),
});
export type DigestsAnswer = Static<typeof DigestsAnswer>;
