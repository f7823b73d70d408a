import { type Static, Type } from 'typebox';

/** An action with its hop trail; GET actions/{id}, GET actions?$filter=managedDeviceId eq '…'. */
export const ActionAnswer = Type.Object({
  id: Type.String(),
  managedDeviceId: Type.String(),
  action: Type.String(),
  state: Type.String(),
  isFinal: Type.Boolean(),
  requestedDateTime: Type.String(),
  expirationDateTime: Type.String(),
  requestedBy: Type.String(),
  /** Why it is where it is: the last hop's reason. */
  reason: Type.String(),
  hops: Type.Array(
    Type.Object({
      state: Type.String(),
      at: Type.String(),
      place: Type.String(),
      placeName: Type.String(),
      reason: Type.String(),
    }),
  ),
  result: Type.Union([
    Type.Null(),
    Type.Object({
      errorCode: Type.Integer(),
      message: Type.String(),
      details: Type.Record(Type.String(), Type.Unknown()),
    }),
  ]),
  /** The bulk action that it is a part of. */
  bulkActionId: Type.Union([Type.Null(), Type.String()]),
  /** Somebody wants it ended, and whoever has it has been or is being asked. */
  cancellation: Type.Union([
    Type.Null(),
    Type.Object({
      requestedDateTime: Type.String(),
      requestedBy: Type.String(),
      /** What it waits for, or why it came too late. */
      reason: Type.String(),
    }),
  ]),
});
export type ActionAnswer = Static<typeof ActionAnswer>;
