import { type DownMessage, FEDERATION_LIMITS } from '@moorline/contracts/federation';
import type { Clock } from '@moorline/kernel';
import type WebSocket from 'ws';
import { watchLiveness } from '../liveness.ts';

/** What a channel tells its session. */
export interface ChannelEvents {
  /** What the site sent, as JSON was parsed; undefined when it was none. Not checked yet. */
  message(message: unknown): void;
  closed(code: number): void;
}

/** One open way to a site, whatever carries it. A message is given to the other end once, or the channel ends. */
export interface UplinkChannel {
  /** Called once, before anything else. */
  listen(events: ChannelEvents): void;
  send(message: DownMessage): void;
  /** Nothing is sent or heard after it. Idempotent. */
  close(code: number, reason: string): void;
  /** Asks its other end for a sign of life; whether one came within the time. */
  isAlive(withinMs: number): Promise<boolean>;
  /** Ends the channel when its other end shows no sign of life; resolves when it has ended or the signal is aborted. */
  watch(signal: AbortSignal): Promise<void>;
}

const CLOSED = 'closed';

/** @spec RFC 6455 */
export function webSocketChannel(
  socket: WebSocket,
  deps: { readonly clock: Clock; readonly onError: (error: Error) => void },
): UplinkChannel {
  return {
    listen(events) {
      socket.on('error', deps.onError);
      socket.on('message', (data, isBinary) =>
        events.message(isBinary ? undefined : parse(String(data))),
      );
      socket.once('close', (code) => events.closed(code));
    },
    send(message) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    close: (code, reason) => socket.close(code, reason),
    async isAlive(withinMs) {
      if (socket.readyState !== socket.OPEN) return false;
      const answered = new AbortController();
      const onAnswer = (): void => answered.abort();
      const onClosed = (): void => answered.abort(CLOSED);
      socket.once('pong', onAnswer);
      socket.once('close', onClosed);
      socket.ping();
      try {
        await deps.clock.sleep(withinMs, { signal: answered.signal });
        return false;
      } catch {
        return answered.signal.reason !== CLOSED;
      } finally {
        socket.off('pong', onAnswer);
        socket.off('close', onClosed);
      }
    },
    watch: (signal) =>
      watchLiveness(socket, {
        clock: deps.clock,
        intervalMs: FEDERATION_LIMITS.livenessMs,
        signal,
      }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
