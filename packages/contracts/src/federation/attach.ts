import { type Static, Type } from 'typebox';

/** POST attach: the site's request, with the join token's id and secret. since 1 */
export const AttachBody = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    tokenId: Type.String({ maxLength: 64 }),
    tokenSecret: Type.String({ maxLength: 128 }),
    /** PKCS #10, PEM, ECDSA P-256. */
    csr: Type.String({ maxLength: 8192 }),
    siteId: Type.String({ maxLength: 36 }),
    siteName: Type.String({ minLength: 1, maxLength: 64 }),
    siteVersion: Type.String({ maxLength: 64 }),
    /** Names the change log: a new one means that positions start again. */
    epoch: Type.String({ maxLength: 64 }),
    /** Takes the place of a server with this identity that is connected now. */
    replaceConnected: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type AttachBody = Static<typeof AttachBody>;

export const AttachAnswer = Type.Object({
  connectorId: Type.String(),
  certificate: Type.String(),
  caCertificate: Type.String(),
  renewAfter: Type.String(),
  tenantId: Type.String(),
  tenantName: Type.String(),
  /** Public JWK (ES256, with `kid`) that signs relay requests. */
  relayKey: Type.Record(Type.String(), Type.Unknown()),
  /** The administrator who made the join token: the first one whom the site links to a local account. */
  administrator: Type.Object({ userId: Type.String(), name: Type.String() }),
});
export type AttachAnswer = Static<typeof AttachAnswer>;

/** POST renew, with the present connector certificate. since 1 */
export const RenewConnectorBody = Type.Object(
  { csr: Type.String({ maxLength: 8192 }) },
  { additionalProperties: false },
);
export type RenewConnectorBody = Static<typeof RenewConnectorBody>;

export const RenewConnectorAnswer = Type.Object({
  certificate: Type.String(),
  caCertificate: Type.String(),
  renewAfter: Type.String(),
});
export type RenewConnectorAnswer = Static<typeof RenewConnectorAnswer>;
