import { type Static, Type } from 'typebox';
import { AGENT_LIMITS } from './protocol.ts';

/** GET actions: what waits for this device, oldest first; the same again until it is reported. since 1 */
export const ActionsAnswer = Type.Object({
  actions: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String({ maxLength: 64 }),
      expiresAt: Type.String(),
      /** What the kind needs to be told; absent: nothing. */
      parameters: Type.Optional(
        Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 2000 })),
      ),
    }),
  ),
  /** Ids of actions that the device may have, and is to end if it still can; absent: none. */
  cancelled: Type.Optional(Type.Array(Type.String())),
});
export type ActionsAnswer = Static<typeof ActionsAnswer>;

export const ActionReportWire = Type.Object(
  {
    id: Type.String({ maxLength: 36 }),
    state: Type.Union([
      Type.Literal('deliveredToDevice'),
      Type.Literal('running'),
      Type.Literal('succeeded'),
      Type.Literal('failed'),
      Type.Literal('cancelled'),
    ]),
    at: Type.String({ maxLength: 40 }),
    result: Type.Union([
      Type.Null(),
      Type.Object(
        {
          errorCode: Type.Integer(),
          message: Type.String({ maxLength: 2000 }),
          details: Type.Record(
            Type.String({ maxLength: 64 }),
            Type.Union([
              Type.String({ maxLength: 2000 }),
              Type.Number(),
              Type.Boolean(),
              Type.Null(),
            ]),
            { maxProperties: 32 },
          ),
        },
        { additionalProperties: false },
      ),
    ]),
  },
  { additionalProperties: false },
);
export type ActionReportWire = Static<typeof ActionReportWire>;

/** POST reports: 204; repeats are harmless. since 1 */
export const ReportsBody = Type.Object(
  {
    reports: Type.Array(ActionReportWire, {
      minItems: 1,
      maxItems: AGENT_LIMITS.reportsPerRequest,
    }),
  },
  { additionalProperties: false },
);
export type ReportsBody = Static<typeof ReportsBody>;

/** Of files that belong to actions. `pieceBytes` are before the encoding. */
export const ACTION_FILE_LIMITS = {
  fileBytes: 100 * 1024 * 1024,
  pieceBytes: 1024 * 1024,
  bodyBytes: 2 * 1024 * 1024,
} as const;

/**
 * POST files: a piece of the file that an action under way makes, in order. 200 says how much of it the authority has,
 * where the next piece begins: a repeat is harmless, and one that does not begin there is not taken. since 1
 */
export const ActionFileBody = Type.Object(
  {
    /** Of the action. */
    id: Type.String({ maxLength: 36 }),
    offset: Type.Integer({ minimum: 0, maximum: ACTION_FILE_LIMITS.fileBytes }),
    sizeBytes: Type.Integer({ minimum: 1, maximum: ACTION_FILE_LIMITS.fileBytes }),
    /** Of the whole file. */
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    data: Type.String({ maxLength: 1_400_000, pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
  },
  { additionalProperties: false },
);
export type ActionFileBody = Static<typeof ActionFileBody>;

export const ActionFileAnswer = Type.Object({ receivedBytes: Type.Integer({ minimum: 0 }) });
export type ActionFileAnswer = Static<typeof ActionFileAnswer>;
