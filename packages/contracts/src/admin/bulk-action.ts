import { type Static, Type } from 'typebox';

/**
 * POST managedDevices/executeAction. `actionName` is one of Graph's (`syncDevice`, `quickScan`, `fullScan`,
 * `signatureUpdate`, `rebootNow`, `collectDiagnostics`) or one of our kinds of actions; Graph's members for actions
 * that are not offered may be there and null. A repeat with the same `client-request-id` answers the first.
 * @spec https://learn.microsoft.com/graph/api/intune-devices-manageddevice-executeaction
 */
export const ExecuteActionBody = Type.Object(
  {
    actionName: Type.String({ minLength: 1, maxLength: 64 }),
    deviceIds: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 5_000,
    }),
    keepEnrollmentData: Type.Optional(Type.Null()),
    keepUserData: Type.Optional(Type.Null()),
    persistEsimDataPlan: Type.Optional(Type.Null()),
    notificationTitle: Type.Optional(Type.Null()),
    notificationBody: Type.Optional(Type.Null()),
    deviceName: Type.Optional(Type.Null()),
    carrierUrl: Type.Optional(Type.Null()),
    deprovisionReason: Type.Optional(Type.Null()),
    organizationalUnitPath: Type.Optional(Type.Null()),
    /** Ours. RFC 3339; absent: the authority's default from now. */
    expirationDateTime: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
);
export type ExecuteActionBody = Static<typeof ExecuteActionBody>;

const Ids = Type.Array(Type.String());
/** Every device of the request is in one of the lists. */
export const BulkManagedDeviceActionResult = Type.Object({
  successfulDeviceIds: Ids,
  failedDeviceIds: Ids,
  notFoundDeviceIds: Ids,
  notSupportedDeviceIds: Ids,
  /** Ours: how it goes on, at bulkActions/{id}. */
  bulkActionId: Type.String(),
});
export type BulkManagedDeviceActionResult = Static<typeof BulkManagedDeviceActionResult>;

const Count = Type.Integer({ minimum: 0 });
/** A bulk action, and how its devices stand now. */
export const BulkActionAnswer = Type.Object({
  id: Type.String(),
  action: Type.String(),
  requestedDateTime: Type.String(),
  expirationDateTime: Type.String(),
  requestedBy: Type.String(),
  cancelledDateTime: Type.Union([Type.String(), Type.Null()]),
  cancelledBy: Type.Union([Type.String(), Type.Null()]),
  /** No device of it is still to end. */
  isFinal: Type.Boolean(),
  deviceCount: Count,
  counts: Type.Object({
    /** Not looked at yet. */
    waiting: Count,
    /** Requested, and on its way: nothing runs yet. */
    queued: Count,
    running: Count,
    succeeded: Count,
    failed: Count,
    refused: Count,
    expired: Count,
    cancelled: Count,
    notSupported: Count,
    notFound: Count,
  }),
});
export type BulkActionAnswer = Static<typeof BulkActionAnswer>;

/** GET bulkActions/{id}/devices: one device of it. */
export const BulkActionDevice = Type.Object({
  managedDeviceId: Type.String(),
  deviceName: Type.Union([Type.String(), Type.Null()]),
  /** The action's state; `notFound`, `notSupported` or `failed` when none was made; `waiting` before that. */
  state: Type.String(),
  /** One sentence for people. */
  reason: Type.String(),
  actionId: Type.Union([Type.String(), Type.Null()]),
});
export type BulkActionDevice = Static<typeof BulkActionDevice>;
