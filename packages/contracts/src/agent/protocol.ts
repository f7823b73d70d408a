/**
 * The agent protocol: an agent and its authority over TLS 1.3, described in docs/protocols/agent.md.
 * One integer; servers answer the older dialect.
 *
 * - 1 (2026-11): enrol, renew, check-in documents, desired state, actions, channel.
 */
export const AGENT_PROTOCOL = 1;

export const AGENT_PATHS = {
  enrol: '/agent/v1/enrol',
  renew: '/agent/v1/renew',
  documents: '/agent/v1/documents',
  desired: '/agent/v1/desired',
  actions: '/agent/v1/actions',
  reports: '/agent/v1/actions/reports',
  files: '/agent/v1/actions/files',
  channel: '/agent/v1/channel',
} as const;

/** Request header: the client's version, e.g. `0.1.0`. */
export const CLIENT_VERSION_HEADER = 'moorline-client-version';

/**
 * Answer header, of the channel's upgrade and of GET desired: over how many seconds a device spreads its first
 * attempt after it lost its channel, so that all of a big authority's devices do not return as one. since 1
 */
export const RECONNECT_SPREAD_HEADER = 'moorline-reconnect-spread';
/**
 * Request header of the channel's upgrade: the cursor of the desired state that the device has. The authority compares
 * it once the channel is open and nudges when the device missed something, so that a return needs no poll. since 1
 */
export const DESIRED_CURSOR_HEADER = 'moorline-desired-cursor';
/** What may be in that header; a cursor of any other form is not sent. */
export const DESIRED_CURSOR_PATTERN: RegExp = /^[\x21-\x7e]{1,256}$/;

/**
 * ALPN name that a device offers, beside `http/1.1`, on connections for requests while its channel is open. Nobody
 * agrees on it: it is a mark in the clear, for a server that is short of time to begin these first. since 1
 */
export const CONNECTED_ALPN = 'moorline-connected';

/** Longest spread that an agent takes. */
export const MAX_RECONNECT_SPREAD_S = 900;

/** Limits that both ends know. Sizes are of the body after decompression. */
export const AGENT_LIMITS = {
  enrolBytes: 32 * 1024,
  documentsBytes: 16 * 1024 * 1024,
  documentsPerRequest: 64,
  reportsBytes: 1024 * 1024,
  reportsPerRequest: 100,
} as const;

/** subjectAltName URI of a device's certificate. */
export function deviceUri(deviceId: string): string {
  return `urn:moorline:device:${deviceId}`;
}
