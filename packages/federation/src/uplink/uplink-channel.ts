import type { DownMessage, UpMessage } from '@moorline/contracts/federation';

export type UplinkTransport = 'webSocket' | 'longPolling';

/** What a channel tells whoever opened it. */
export interface ChannelEvents {
  /** Messages may be sent now. */
  opened(): void;
  message(message: DownMessage): void;
  /** Once, at the end. `failure`: what went wrong, when it was not an orderly end. */
  closed(why: string, failure: Error | undefined): void;
}

/** One way to the tenant, whatever carries it. */
export interface UplinkChannel {
  send(message: UpMessage): void;
  /** Ends it in order; `closed` follows. Idempotent. */
  hangUp(): void;
  /** Ends it at once; `closed` follows. */
  cut(): void;
  /** Ends it when the tenant shows no sign of life; resolves when it has ended or the signal is aborted. */
  watch(signal: AbortSignal): Promise<void>;
}

/**
 * The tenant is there, and a WebSocket to it does not come about: it was answered by something on the way, or broke
 * after TLS stood.
 */
export class WebSocketBlocked extends Error {}
