import { type Static, Type } from 'typebox';

const Text = Type.Union([Type.String(), Type.Null()]);

export const PREREQUISITE_STATUSES = ['pass', 'warn', 'fail', 'not applicable'] as const;

/** GET, POST cloudAttach/prerequisites: one thing that attaching needs, judged. */
export const Prerequisite = Type.Object({
  id: Type.String(),
  title: Type.String(),
  status: Type.Enum([...PREREQUISITE_STATUSES]),
  /** What was found. */
  evidence: Type.String(),
  why: Type.String(),
  fix: Type.String(),
  /** Into the documentation, from the folder of the product. */
  link: Type.String(),
});
export type Prerequisite = Static<typeof Prerequisite>;

/** POST cloudAttach/prerequisites: checks against the tenant of a join token, which is not spent by it. */
export const CheckPrerequisites = Type.Object(
  { joinToken: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })) },
  { additionalProperties: false },
);
export type CheckPrerequisites = Static<typeof CheckPrerequisites>;

/** GET cloudAttach/endpoints, POST cloudAttach/endpoints/check: an address that the tenant publishes. */
export const AttachEndpoint = Type.Object({
  id: Type.String(),
  host: Type.String(),
  port: Type.Integer(),
  transport: Type.Enum(['https', 'webSocket']),
  purpose: Type.String(),
  critical: Type.Boolean(),
  since: Type.String(),
  /** `notChecked`: not yet, or it is not one that this site would reach. */
  status: Type.Enum(['pass', 'fail', 'notChecked']),
  /** One sentence: what was found, and what to do about it. */
  result: Type.String(),
  /** Where it went wrong; null when it did not. */
  stage: Type.Union([
    Type.Enum(['nameResolution', 'proxy', 'connect', 'tls', 'http', 'webSocket']),
    Type.Null(),
  ]),
  checkedDateTime: Text,
  durationMs: Type.Union([Type.Integer(), Type.Null()]),
  addresses: Type.Array(Type.String()),
  /** `host:port` of the proxy that it is reached through; null: directly. */
  proxy: Text,
  link: Type.String(),
});
export type AttachEndpoint = Static<typeof AttachEndpoint>;

/** GET cloudAttach/statusMessages: what the site's service connector raised, newest first. */
export const StatusMessage = Type.Object({
  id: Type.String(),
  /** 11410 all endpoints pass; 11411 one that is not critical fails; 11412 a critical one; 11488 the service is cut off. */
  messageId: Type.Integer(),
  severity: Type.Enum(['info', 'warning', 'error', 'critical']),
  component: Type.String(),
  message: Type.String(),
  raisedDateTime: Type.String(),
});
export type StatusMessage = Static<typeof StatusMessage>;
