import { type Static, Type } from 'typebox';

/**
 * Server → agent over the channel, one JSON text per message. The agent sends no application messages:
 * it answers pings, and anything else closes the channel (1003).
 * `desired`: desired state moved; `actions`: actions are waiting; `inventory`: somebody looks at these classes.
 * since 1
 */
export const NudgeMessage = Type.Object({
  type: Type.Literal('nudge'),
  desired: Type.Optional(Type.Boolean()),
  actions: Type.Optional(Type.Boolean()),
  /** Inventory classes that are wanted now, each answered by a document even when nothing changed. */
  inventory: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
});
export type NudgeMessage = Static<typeof NudgeMessage>;

/** Close codes of our own; RFC 6455 §7.4.2 leaves 4000–4999 to applications. */
export const CHANNEL_CLOSE = {
  /** The right to the channel has ended: revoked, blocked, deleted. Do not come back at once. */
  revoked: 4403,
  /** Another channel of the same device took over. */
  replaced: 4409,
  /** The server is going down: come back with backoff and jitter. */
  goingAway: 1001,
} as const;
