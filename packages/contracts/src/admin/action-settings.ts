import { type Static, Type } from 'typebox';

/** GET and PATCH actionSettings: how long actions wait, and how long what came of them is kept. */
export const ActionSettings = Type.Object(
  {
    /** How long an action waits for its device when the request does not say; 5 min to 30 days. */
    defaultExpiryMinutes: Type.Integer({ minimum: 5, maximum: 43_200 }),
    /** The longest that a request may ask for; 5 min to 30 days. */
    maximumExpiryMinutes: Type.Integer({ minimum: 5, maximum: 43_200 }),
    /** Days after which an action that has ended is forgotten, with its trail; 1 to 3,650. */
    keepActionsDays: Type.Integer({ minimum: 1, maximum: 3_650 }),
    /** Days after which the files of an action are removed; 1 to 365. */
    keepFilesDays: Type.Integer({ minimum: 1, maximum: 365 }),
    /** MiB that the files of all actions may take together; the oldest go first. 100 MiB to 10 TiB. */
    filesLimitMebibytes: Type.Integer({ minimum: 100, maximum: 10_485_760 }),
  },
  { additionalProperties: false },
);
export type ActionSettings = Static<typeof ActionSettings>;

export const DEFAULT_ACTION_SETTINGS: ActionSettings = {
  defaultExpiryMinutes: 1_440,
  maximumExpiryMinutes: 10_080,
  keepActionsDays: 180,
  keepFilesDays: 30,
  filesLimitMebibytes: 10_240,
};

export const ChangeActionSettings = Type.Object(Type.Partial(ActionSettings).properties, {
  additionalProperties: false,
  minProperties: 1,
});
export type ChangeActionSettings = Static<typeof ChangeActionSettings>;
