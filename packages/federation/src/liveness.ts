import type { Clock } from '@moorline/kernel';
import type WebSocket from 'ws';

/**
 * Watches an open WebSocket: after `intervalMs` of silence it pings, after as much again it ends the
 * connection. Resolves when the socket is closed or the signal is aborted.
 * @spec RFC 6455 §5.5.2
 */
export async function watchLiveness(
  socket: WebSocket,
  options: { readonly clock: Clock; readonly intervalMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const closed = new AbortController();
  const signal = AbortSignal.any([options.signal, closed.signal]);
  let heard = true;
  const hear = (): void => {
    heard = true;
  };
  socket.on('message', hear);
  socket.on('ping', hear);
  socket.on('pong', hear);
  socket.once('close', () => closed.abort());
  if (socket.readyState === socket.CLOSED) return;
  let isAsked = false;
  while (!signal.aborted) {
    try {
      await options.clock.sleep(options.intervalMs, { signal });
    } catch {
      return; // closed or stopping: nothing left to watch
    }
    if (heard) {
      heard = false;
      isAsked = false;
      continue;
    }
    if (isAsked) {
      socket.terminate();
      return;
    }
    isAsked = true;
    socket.ping();
  }
}
