/**
 * The federation protocol: a site dials its tenant; described in docs/protocols/federation.md.
 *
 * - 1 (2026-11): attach, uplink, batches, relay of actions and inventory.
 */
export const FEDERATION_PROTOCOL = 1;

export const FEDERATION_PATHS = {
  attach: '/federation/v1/attach',
  renew: '/federation/v1/renew',
  uplink: '/federation/v1/uplink',
  batches: '/federation/v1/batches',
} as const;

/** Request headers of a batch. Positions are opaque to the tenant but for equality and order by `comparePositions`. */
export const BATCH_HEADERS = {
  epoch: 'moorline-epoch',
  from: 'moorline-from',
  to: 'moorline-to',
} as const;

export const FEDERATION_LIMITS = {
  /** Of a batch after decompression. */
  batchBytes: 16 * 1024 * 1024,
  batchRecords: 5000,
  relayMessageBytes: 4 * 1024 * 1024,
  /** Life of a relay request. */
  relayLifeMs: 60_000,
} as const;

/** subjectAltName URI of a connector's certificate. */
export function connectorUri(connectorId: string): string {
  return `urn:moorline:connector:${connectorId}`;
}
