import { type Static, Type } from 'typebox';

/** GET desired?cursor=…: what changed since the cursor; without one, everything. since 1 */
export const DesiredAnswer = Type.Object({
  cursor: Type.String({ maxLength: 256 }),
  documents: Type.Array(
    Type.Object({
      name: Type.String({ maxLength: 128 }),
      version: Type.Integer(),
      body: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  removed: Type.Array(Type.String({ maxLength: 128 })),
  /**
   * Whether GET actions would answer any now, so that a poll costs one request. Absent: not said, ask.
   */
  actionsWaiting: Type.Optional(Type.Boolean()),
});
export type DesiredAnswer = Static<typeof DesiredAnswer>;

/** The desired document named `client-settings`: how often the agent does what. */
export const CLIENT_SETTINGS = 'client-settings';
export const ClientSettings = Type.Object(
  {
    /** Time between policy polls when no nudge comes; 5 min to 24 h. */
    policyPollMinutes: Type.Integer({ minimum: 5, maximum: 1440 }),
    /** Time between inventory cycles; 15 min to 7 days. */
    inventoryMinutes: Type.Integer({ minimum: 15, maximum: 10080 }),
    /** Inventory classes that are not collected. */
    disabledClasses: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 200,
      uniqueItems: true,
    }),
    /** How long a requested restart counts down; 0 to 24 h. Absent: 15. */
    restartCountdownMinutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 1440 })),
    /** How long whoever is signed in may put a restart off, all in all; 0: not at all, to 7 days. Absent: 240. */
    restartPostponeMinutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 10080 })),
  },
  { additionalProperties: false },
);
export type ClientSettings = Static<typeof ClientSettings>;

export const DEFAULT_CLIENT_SETTINGS: ClientSettings = {
  policyPollMinutes: 60,
  inventoryMinutes: 60,
  disabledClasses: [],
};
