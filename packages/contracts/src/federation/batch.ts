import { ACTION_STATES } from '@moorline/model';
import { type Static, Type } from 'typebox';

const Text = (maxLength: number) => Type.Union([Type.String({ maxLength }), Type.Null()]);
const Bytes = Type.Union([
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.Null(),
]);
const Id = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
});
// Any day up to the 31st: whether the month has it is not a pattern's to say.
const Time = Type.String({
  pattern:
    '^(?:19[7-9]\\d|[2-9]\\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?Z$',
});

const State = Type.Enum([...ACTION_STATES]);

/**
 * A device, as an array: most lines of most batches are devices, and names would be more than half of each.
 * Sizes are in bytes, times in UTC.
 */
export const DeviceRow = Type.Tuple([
  /** id */
  Id,
  /** name */
  Text(255),
  /** operatingSystem */
  Text(255),
  /** osVersion */
  Text(255),
  /** manufacturer */
  Text(255),
  /** model */
  Text(255),
  /** serialNumber */
  Text(255),
  /** architecture */
  Type.Enum(['unknown', 'x86', 'x64', 'arm', 'arM64']),
  /** chassisType */
  Type.Enum(['unknown', 'desktop', 'laptop', 'enterpriseServer', 'tablet', 'phone']),
  /** physicalMemoryBytes */
  Bytes,
  /** totalStorageBytes */
  Bytes,
  /** freeStorageBytes */
  Bytes,
  /** ethernetMacAddress */
  Text(64),
  /** wifiMacAddress */
  Text(64),
  /** online; null here and below: the site does not upload it */
  Type.Union([Type.Boolean(), Type.Null()]),
  /** lastContactAt */
  Type.Union([Time, Type.Null()]),
  /** enrolledAt */
  Time,
  /** clientVersion */
  Text(64),
  /** certificateExpiresAt */
  Type.Union([Time, Type.Null()]),
]);
export type DeviceRow = Static<typeof DeviceRow>;

/** The device is no longer the site's, or no longer in the scope of the upload. */
export const TombstoneRecord = Type.Object(
  { kind: Type.Literal('tombstone'), id: Id },
  { additionalProperties: false },
);
export type TombstoneRecord = Static<typeof TombstoneRecord>;

export const ActionRecord = Type.Object(
  {
    kind: Type.Literal('action'),
    id: Id,
    hops: Type.Array(
      Type.Object(
        {
          state: State,
          at: Time,
          place: Type.Enum(['tenant', 'site', 'device']),
          placeName: Type.String({ maxLength: 255 }),
          reason: Type.String({ maxLength: 2000 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 32 },
    ),
    result: Type.Union([
      Type.Null(),
      Type.Object(
        {
          errorCode: Type.Integer({ minimum: -2147483648, maximum: 2147483647 }),
          message: Type.String({ maxLength: 2000 }),
          details: Type.Record(
            Type.String({ maxLength: 64 }),
            Type.Union([
              Type.String({ maxLength: 2000 }),
              Type.Number(),
              Type.Boolean(),
              Type.Null(),
            ]),
          ),
        },
        { additionalProperties: false },
      ),
    ]),
  },
  { additionalProperties: false },
);
export type ActionRecord = Static<typeof ActionRecord>;

/** One line of a batch's NDJSON. since 1 */
export const BatchRecord = Type.Union([DeviceRow, TombstoneRecord, ActionRecord]);
export type BatchRecord = Static<typeof BatchRecord>;

/**
 * Answer to a batch: the position up to which everything is applied. 200 also for a repeat.
 * 409 `uplink.cursor_mismatch` carries `cursor`, from which the site goes on (`0.0`: everything again).
 */
export const BatchAnswer = Type.Object({ cursor: Type.String() });
export type BatchAnswer = Static<typeof BatchAnswer>;
