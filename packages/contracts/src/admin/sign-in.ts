import { type Static, Type } from 'typebox';

/** `None` holds nothing of its own: of an account, see its role assignments; of a token, all that its owner holds. */
const RoleName = Type.Enum(['Administrator', 'Help desk', 'Read only', 'None']);

/** GET session: who is signed in, and where. 401 when nobody. */
export const Session = Type.Object({
  /** `role`: what people are shown; of an account without a role of its own, the assigned ones. */
  user: Type.Object({ id: Type.String(), name: Type.String(), role: Type.String() }),
  /** Those held on any device. */
  permissions: Type.Array(Type.String()),
  /** Of these, those held on some devices only. */
  limitedPermissions: Type.Array(Type.String()),
  /** True after a one-time link of an account without a password: set one first. */
  mustSetPassword: Type.Boolean(),
  authority: Type.Object({
    id: Type.String(),
    name: Type.String(),
    kind: Type.Enum(['tenant', 'site']),
    version: Type.String(),
  }),
});
export type Session = Static<typeof Session>;

/** POST links/redeem: spends a one-time link, starts a session. */
export const RedeemLinkBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
);
export type RedeemLinkBody = Static<typeof RedeemLinkBody>;

/** POST password: sets the caller's own; `currentPassword` unless the session came from a one-time link. */
export const SetPasswordBody = Type.Object(
  {
    newPassword: Type.String({ minLength: 12, maxLength: 256 }),
    currentPassword: Type.Optional(Type.String({ maxLength: 256 })),
  },
  { additionalProperties: false },
);
export type SetPasswordBody = Static<typeof SetPasswordBody>;

export const SignInBody = Type.Object(
  {
    userName: Type.String({ minLength: 1, maxLength: 128 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
);
export type SignInBody = Static<typeof SignInBody>;

/** POST tokens: an API token of the caller's, with its role or a lower one. */
export const CreateApiToken = Type.Object(
  {
    displayName: Type.String({ minLength: 1, maxLength: 128 }),
    role: Type.Optional(RoleName),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
  },
  { additionalProperties: false },
);
export type CreateApiToken = Static<typeof CreateApiToken>;

export const ApiToken = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  role: RoleName,
  createdDateTime: Type.String(),
  expirationDateTime: Type.String(),
  lastUsedDateTime: Type.Union([Type.String(), Type.Null()]),
  /** Only in the answer to its creation. */
  token: Type.Optional(Type.String()),
});
export type ApiToken = Static<typeof ApiToken>;

/** GET, POST administrators; PATCH administrators/{id} {role?, disabled?}. */
export const Administrator = Type.Object({
  id: Type.String(),
  userName: Type.String(),
  role: RoleName,
  isDisabled: Type.Boolean(),
  createdDateTime: Type.String(),
  lastSignInDateTime: Type.Union([Type.String(), Type.Null()]),
  /** Only in the answer to its creation: the path of a one-time link. */
  signInLink: Type.Optional(Type.String()),
});
export type Administrator = Static<typeof Administrator>;

export const CreateAdministrator = Type.Object(
  {
    userName: Type.String({
      minLength: 1,
      maxLength: 128,
      pattern: '^[A-Za-z0-9][A-Za-z0-9._@-]*$',
    }),
    role: RoleName,
  },
  { additionalProperties: false },
);
export type CreateAdministrator = Static<typeof CreateAdministrator>;

export const UpdateAdministrator = Type.Object(
  { role: Type.Optional(RoleName), isDisabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateAdministrator = Static<typeof UpdateAdministrator>;

/** POST links: a new one-time link for the caller's own account (or `userId`, with administrators.manage). */
export const CreateLinkBody = Type.Object(
  { userId: Type.Optional(Type.String({ maxLength: 36 })) },
  { additionalProperties: false },
);
export type CreateLinkBody = Static<typeof CreateLinkBody>;
export const SignInLink = Type.Object({ path: Type.String(), expirationDateTime: Type.String() });
export type SignInLink = Static<typeof SignInLink>;

/** GET auditEvents, newest first. `hash` chains each record to the one before. */
export const AuditEvent = Type.Object({
  id: Type.String(),
  sequence: Type.Integer(),
  activityDateTime: Type.String(),
  activity: Type.String(),
  actor: Type.String(),
  target: Type.Union([Type.String(), Type.Null()]),
  result: Type.Enum(['success', 'failure']),
  details: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String(),
});
export type AuditEvent = Static<typeof AuditEvent>;
