import { type Static, Type } from 'typebox';

const Time = Type.String({ maxLength: 40 });
const Count = Type.Integer({ minimum: 0 });
const orNull = <T extends ReturnType<typeof Type.String>>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** What a site says of itself in its answer to `connector.probe`. Input to the tenant: bounded, and checked. since 2 */
export const SiteReport = Type.Object({
  version: Type.String({ maxLength: 64 }),
  protocol: Type.Integer({ minimum: 1 }),
  upload: Type.Object({
    /** As the site's own `UploadState` names them. */
    phase: Type.String({ maxLength: 32 }),
    /** One sentence: why it is in that phase. */
    reason: Type.String({ maxLength: 1000 }),
    /** Changes that the tenant has not acknowledged, and the age of the oldest of them. */
    lagRows: Count,
    lagSeconds: Count,
    lastAckAt: orNull(Time),
    lastFullSyncAt: orNull(Time),
    /** Devices that are uploaded by the site's settings, and that they keep back. */
    inScope: Count,
    excluded: Count,
    /** Why the last batch did not get through; null when it did. */
    problem: orNull(Type.String({ maxLength: 2000 })),
    /** Null before the first comparison. */
    digest: Type.Union([
      Type.Object({
        state: Type.Enum(['agrees', 'repairing', 'disagrees']),
        comparedAt: Time,
        disagreesSince: orNull(Time),
        differingDevices: Count,
      }),
      Type.Null(),
    ]),
  }),
  certificate: Type.Object({ renewAfter: Time }),
  /** As the site last saw them; null before its first look. */
  endpoints: Type.Union([
    Type.Array(
      Type.Object({
        id: Type.String({ maxLength: 64 }),
        host: Type.String({ maxLength: 255 }),
        port: Type.Integer({ minimum: 0, maximum: 65_535 }),
        transport: Type.Enum(['https', 'webSocket']),
        critical: Type.Boolean(),
        status: Type.Enum(['pass', 'fail', 'notChecked']),
        result: Type.String({ maxLength: 1000 }),
        checkedAt: orNull(Time),
      }),
      { maxItems: 50 },
    ),
    Type.Null(),
  ]),
});
export type SiteReport = Static<typeof SiteReport>;

/** POST detach, with the connector's certificate: the site leaves. since 2 */
export const DetachBody = Type.Object(
  {
    /** Who detached it at the site, for the tenant's record. */
    by: Type.String({ minLength: 1, maxLength: 255 }),
    /** When, by the site's clock. */
    at: Time,
  },
  { additionalProperties: false },
);
export type DetachBody = Static<typeof DetachBody>;
