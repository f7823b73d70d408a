import { type Static, Type } from 'typebox';

const Text = Type.Union([Type.String(), Type.Null()]);

export const CONNECTOR_STATUSES = ['healthy', 'warning', 'unhealthy', 'notEnabled'] as const;

/** A site as the tenant sees it. */
export const Connector = Type.Object({
  id: Type.String(),
  siteId: Type.String(),
  displayName: Type.String(),
  /** The worst of its aspects; `notEnabled`: it was detached. */
  status: Type.Enum([...CONNECTOR_STATUSES]),
  /** One sentence: why the status is what it is. */
  statusReason: Type.String(),
  online: Type.Boolean(),
  connectedDateTime: Text,
  /** When the last batch was applied. */
  lastSyncDateTime: Text,
  deviceCount: Type.Integer(),
  siteVersion: Type.String(),
  protocolVersion: Type.Integer(),
  attachedDateTime: Type.String(),
  attachedBy: Type.String(),
  certificateExpirationDateTime: Type.String(),
});
export type Connector = Static<typeof Connector>;

/** POST joinTokens */
export const CreateJoinToken = Type.Object(
  {
    expiresInMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
    /** The one site that it is for, by its name; default: any. */
    siteName: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);
export type CreateJoinToken = Static<typeof CreateJoinToken>;

export const JoinToken = Type.Object({
  id: Type.String(),
  /** Shown once. */
  token: Type.String(),
  expirationDateTime: Type.String(),
});
export type JoinToken = Static<typeof JoinToken>;

/** GET cloudAttach, at a site: its own end of the attachment. */
export const CloudAttach = Type.Object({
  state: Type.Enum(['notAttached', 'attached']),
  /** Of the uplink: connected, or why not. */
  connected: Type.Boolean(),
  statusReason: Type.String(),
  /** How the uplink goes while it is connected. */
  transport: Type.Union([Type.Enum(['webSocket', 'longPolling']), Type.Null()]),
  /** `host:port` of the proxy that the tenant is reached through; null: directly. */
  proxy: Text,
  tenantName: Text,
  tenantUrl: Text,
  connectorId: Text,
  attachedDateTime: Text,
  lastUploadDateTime: Text,
  /** Entries of the change log that the tenant has not acknowledged. */
  pendingChanges: Type.Integer(),
  /** The last attachment that ended; null when none has. */
  lastDetached: Type.Union([
    Type.Object({
      tenantName: Type.String(),
      detachedDateTime: Type.String(),
      /** An administrator of the site, or the tenant by its name. */
      detachedBy: Type.String(),
      /** False: the tenant could not be reached; it is told as soon as it can be. */
      isTenantTold: Type.Boolean(),
      /** Why it will not be told; null otherwise. */
      problem: Text,
    }),
    Type.Null(),
  ]),
  linkedAdministrators: Type.Array(
    Type.Object({
      tenantUserId: Type.String(),
      tenantUserName: Type.String(),
      localUserName: Type.String(),
    }),
  ),
});
export type CloudAttach = Static<typeof CloudAttach>;

/** POST cloudAttach: attaches with a join token, and links its maker to the caller's own account. */
export const AttachRequest = Type.Object(
  {
    joinToken: Type.String({ minLength: 1, maxLength: 2048 }),
    /** Takes over from a site of this identity that is connected at the tenant now; refused otherwise. */
    replaceConnected: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type AttachRequest = Static<typeof AttachRequest>;

/** GET, POST linkedAdministrators; DELETE linkedAdministrators/{tenantUserId}: as whom tenant administrators act here. */
export const LinkedAdministrator = Type.Object({
  tenantUserId: Type.String(),
  tenantUserName: Type.String(),
  localUserId: Type.String(),
  localUserName: Type.String(),
  linkedDateTime: Type.String(),
});
export type LinkedAdministrator = Static<typeof LinkedAdministrator>;

export const CreateLinkedAdministrator = Type.Object(
  {
    tenantUserId: Type.String({ minLength: 36, maxLength: 36 }),
    /** As this site shows it; default: the id. */
    tenantUserName: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    localUserId: Type.String({ minLength: 36, maxLength: 36 }),
  },
  { additionalProperties: false },
);
export type CreateLinkedAdministrator = Static<typeof CreateLinkedAdministrator>;

/** GET, POST enrolmentTokens; DELETE enrolmentTokens/{id} revokes. */
export const CreateEnrolmentToken = Type.Object(
  {
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    /** How many devices may enrol with it; default 1. */
    quota: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    expiresInMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 525_600 })),
  },
  { additionalProperties: false },
);
export type CreateEnrolmentToken = Static<typeof CreateEnrolmentToken>;

export const EnrolmentToken = Type.Object({
  id: Type.String(),
  displayName: Type.String(),
  quota: Type.Integer(),
  used: Type.Integer(),
  createdDateTime: Type.String(),
  createdBy: Type.String(),
  expirationDateTime: Type.String(),
  isRevoked: Type.Boolean(),
  /** Only in the answer to its creation. */
  token: Type.Optional(Type.String()),
});
export type EnrolmentToken = Static<typeof EnrolmentToken>;
