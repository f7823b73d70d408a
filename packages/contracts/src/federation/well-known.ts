import { type Static, Type } from 'typebox';

/**
 * Where a tenant publishes what its sites must reach: on its gateway, to anybody, as JSON that names no one.
 * @spec RFC 8615
 */
export const WELL_KNOWN_PATH = '/.well-known/moorline';
/** Answered after `?seconds=` of silence: whether a connection that rests that long is still there at its end. */
export const WELL_KNOWN_IDLE_PATH = '/.well-known/moorline/idle';

/** Silence that a proxy or firewall on the way must let pass. */
export const IDLE_SECONDS = 180;

/** One address that a site reaches, and what for. */
export const PublishedEndpoint = Type.Object({
  id: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,63}$' }),
  host: Type.String({ minLength: 1, maxLength: 255 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  /** `https`: requests; `webSocket`: a channel that stays open. */
  transport: Type.Enum(['https', 'webSocket']),
  purpose: Type.String({ maxLength: 255 }),
  /** Without a critical one the attachment does not work; without another it works less well. */
  critical: Type.Boolean(),
  /** Version of the product since which it is needed. */
  since: Type.String({ maxLength: 32 }),
});
export type PublishedEndpoint = Static<typeof PublishedEndpoint>;

/** GET /.well-known/moorline. since 1 */
export const WellKnown = Type.Object({
  /** Versions of the federation protocol that the tenant speaks. */
  federation: Type.Object({
    oldest: Type.Integer({ minimum: 1 }),
    newest: Type.Integer({ minimum: 1 }),
  }),
  /** The tenant's clock when it answers, RFC 3339. */
  time: Type.String({ maxLength: 40 }),
  endpoints: Type.Array(PublishedEndpoint, { maxItems: 32 }),
});
export type WellKnown = Static<typeof WellKnown>;

export const WellKnownIdleAnswer = Type.Object({ seconds: Type.Integer() });
export type WellKnownIdleAnswer = Static<typeof WellKnownIdleAnswer>;

/** POST attach/check: what a join token would do, without spending it. since 1 */
export const CheckJoinTokenBody = Type.Object(
  {
    tokenId: Type.String({ maxLength: 64 }),
    tokenSecret: Type.String({ maxLength: 128 }),
    siteId: Type.String({ maxLength: 36 }),
    siteName: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);
export type CheckJoinTokenBody = Static<typeof CheckJoinTokenBody>;

export const CheckJoinTokenAnswer = Type.Object({
  /** The administrator who made it: may make connectors, or the tenant had not made it for them. */
  administrator: Type.String({ maxLength: 255 }),
  expiresAt: Type.String({ maxLength: 40 }),
  /** The tenant has a connector of this site already: attaching keeps it. */
  isKnownSite: Type.Boolean(),
  /** A server with this identity is connected now: attaching must say that it takes its place. */
  isConnected: Type.Optional(Type.Boolean()),
  tenantName: Type.Optional(Type.String({ maxLength: 255 })),
});
export type CheckJoinTokenAnswer = Static<typeof CheckJoinTokenAnswer>;
