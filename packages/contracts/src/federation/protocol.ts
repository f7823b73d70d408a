/**
 * The federation protocol: a site dials its tenant; described in docs/protocols/federation.md.
 *
 * - 1 (2026-11): attach, uplink, batches, relay of actions and inventory.
 * - 2 (2026-11): probe and report of the connector, endpoint checks and rotation on request, detach, instances.
 */
export const FEDERATION_PROTOCOL = 2;

export const FEDERATION_PATHS = {
  attach: '/federation/v1/attach',
  attachCheck: '/federation/v1/attach/check',
  renew: '/federation/v1/renew',
  detach: '/federation/v1/detach',
  uplink: '/federation/v1/uplink',
  channel: '/federation/v1/channel',
  channelSend: '/federation/v1/channel/send',
  channelPoll: '/federation/v1/channel/poll',
  batches: '/federation/v1/batches',
  actions: '/federation/v1/actions',
  digests: '/federation/v1/digests',
} as const;

/** Request headers of a batch. Positions are opaque to the tenant but for equality and order by `comparePositions`. */
export const BATCH_HEADERS = {
  epoch: 'moorline-epoch',
  from: 'moorline-from',
  to: 'moorline-to',
  /** `1` when more changes wait behind this batch, else `0`; for the connector's status only. */
  more: 'moorline-more',
} as const;

export const FEDERATION_LIMITS = {
  /** Of a batch after decompression. */
  batchBytes: 16 * 1024 * 1024,
  batchRecords: 5000,
  relayMessageBytes: 4 * 1024 * 1024,
  /** Life of a relay request. */
  relayLifeMs: 60_000,
  /** By how much the clocks of tenant and site may differ. */
  clockSkewMs: 30_000,
  /** Silence after which either end asks for a sign of life; as long again, and the uplink is dead. */
  livenessMs: 30_000,
  attachBytes: 32 * 1024,
  /** How long the tenant holds a poll that it has nothing for. */
  pollHoldMs: 25_000,
  /** Of a poll's answer; a single message may be larger. */
  pollBytes: 256 * 1024,
} as const;

/** Close codes of the uplink; RFC 6455 §7.4.2 leaves 4000–4999 to applications. */
export const UPLINK_CLOSE = {
  /** The peer goes down in order, or asks for a new `hello`: come back with backoff and jitter. */
  goingAway: 1001,
  /** A message that is not of the protocol. */
  protocol: 1008,
  /** No sign of life. */
  silent: 4408,
  /** A newer uplink of the same connector took over. */
  replaced: 4409,
  /** The connector's right to the uplink has ended. */
  revoked: 4403,
  /** Another server holds this connector's uplink, and lives: this one runs with a copy of its data. since 2 */
  cloned: 4410,
} as const;

/** subjectAltName URI of a connector's certificate. */
export function connectorUri(connectorId: string): string {
  return `urn:moorline:connector:${connectorId}`;
}
