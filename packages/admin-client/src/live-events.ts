import { ADMIN_PATHS, LIVE_TOPICS, type LiveEvent } from '@moorline/contracts/admin';
import { type BackoffPolicy, backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import { AdminApiError, parseJson } from './errors.ts';
import { readSse } from './sse.ts';
import type { CallOptions, Transport } from './transport.ts';

export interface LiveEventOptions extends CallOptions {
  /** Told when the stream opens, and when it is lost and will be tried again. */
  readonly onConnection?: ((connected: boolean) => void) | undefined;
}

export interface LiveEventDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

const RECONNECTION: BackoffPolicy = { firstMs: 500, maxMs: 15_000 };
/** A connection that held this long was a good one: the next is tried again at once. */
const HELD_MS = 5_000;
/** Silence after which a stream is taken for dead; the server's heartbeat is well below it. */
const SILENCE_MS = 60_000;

/**
 * What changes at the host, for as long as it is read. Every time the stream opens, the first time too, it
 * begins with `reset`: read what you show *after* it, and nothing is missed. A lost stream is opened again
 * with backoff. Ends when `signal` is aborted.
 *
 * @throws AdminApiError when the host refuses for good: 401, 403, 404.
 */
export async function* liveEvents(
  deps: LiveEventDeps,
  options: LiveEventOptions = {},
): AsyncGenerator<LiveEvent, void, undefined> {
  const { signal, onConnection } = options;
  let attempt = 0;
  while (!signal?.aborted) {
    const silence = new AbortController();
    const stop = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    const startedAt = deps.clock.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error('the stream is silent')), SILENCE_MS);
    };
    try {
      alive();
      const response = await deps.transport.send(ADMIN_PATHS.events, {
        accept: 'text/event-stream',
        signal: stop,
      });
      onConnection?.(true);
      yield { topic: 'reset', ids: [] };
      if (response.body) {
        for await (const message of readSse(response.body, alive)) {
          attempt = 0;
          const event = liveEventOf(message.event, message.data);
          if (event) yield event;
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof AdminApiError && [401, 403, 404].includes(error.status)) throw error;
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
    onConnection?.(false);
    if (deps.clock.now() - startedAt >= HELD_MS) attempt = 0;
    try {
      await deps.clock.sleep(
        backoffMs(RECONNECTION, attempt++, deps.entropy),
        signal ? { signal } : {},
      );
    } catch {
      return;
    }
  }
}

/** Undefined for a topic that this version does not know: newer servers may say more. */
function liveEventOf(topicName: string, data: string): LiveEvent | undefined {
  const topic = LIVE_TOPICS.find((known) => known === topicName);
  if (!topic) return undefined;
  const body = parseJson(data);
  const ids =
    body !== null && typeof body === 'object' && 'ids' in body && Array.isArray(body.ids)
      ? body.ids.filter((id) => typeof id === 'string')
      : [];
  return { topic, ids };
}
