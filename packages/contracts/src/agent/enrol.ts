import { type Static, Type } from 'typebox';

/** POST enrol; TLS without a client certificate. since 1 */
export const EnrolBody = Type.Object(
  {
    protocol: Type.Integer({ minimum: 1 }),
    token: Type.String({ minLength: 1, maxLength: 2048 }),
    /** PKCS #10, PEM, ECDSA P-256. */
    csr: Type.String({ minLength: 1, maxLength: 8192 }),
    deviceName: Type.String({ minLength: 1, maxLength: 255 }),
    clientVersion: Type.String({ minLength: 1, maxLength: 64 }),
  },
  { additionalProperties: false },
);
export type EnrolBody = Static<typeof EnrolBody>;

/** POST renew; with the present certificate. since 1 */
export const RenewBody = Type.Object(
  { csr: Type.String({ minLength: 1, maxLength: 8192 }) },
  { additionalProperties: false },
);
export type RenewBody = Static<typeof RenewBody>;

/** Answer of both. */
export const IdentityAnswer = Type.Object({
  deviceId: Type.String(),
  certificate: Type.String(),
  caCertificate: Type.String(),
  renewAfter: Type.String(),
  authorityName: Type.String(),
});
export type IdentityAnswer = Static<typeof IdentityAnswer>;
