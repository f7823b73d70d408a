// Carries @fastify/cookie's additions to Fastify's types to whoever imports this door.
export type { CookieSerializeOptions } from '@fastify/cookie';
export { authenticateWith } from './access.ts';
export type { AdmissionLimits } from './admission.ts';
export {
  type AttemptLimiter,
  type AttemptLimits,
  createAttemptLimiter,
} from './attempt-limiter.ts';
export type { ConnectionBounds } from './connection-bounds.ts';
export { createLogger } from './create-logger.ts';
export { type ErrorFormat, refusalOf } from './error-answer.ts';
export { httpErrors } from './errors.ts';
export {
  type EventStream,
  type EventStreamOptions,
  openEventStream,
  type ServerEvent,
} from './event-stream.ts';
export type { Access, Authenticator, HttpApp, HttpRequest } from './http-app.ts';
export { createListener, type Listener, type ListenerOptions } from './listener.ts';
export { registerOpenApi } from './open-api.ts';
export { type PeerCertificate, peerCertificate } from './peer-certificate.ts';
export { createTokenBuckets, type TokenBucketOptions, type TokenBuckets } from './rate-limit.ts';
export { serveConsole } from './serve-console.ts';
export type { ListenerTls, ServerTimeouts } from './server.ts';
export type { TicketKeys } from './session-tickets.ts';
export type { UpgradeHandler, UpgradeRequest } from './upgrade.ts';
export { expectedVersion, versionTag } from './versions.ts';
