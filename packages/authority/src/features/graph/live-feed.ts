import type { LiveEvent } from '@moorline/contracts/admin';
import type { Clock } from '@moorline/kernel';

/** At most 4 events a second and topic. */
export const LIVE_PERIOD_MS = 250;
const MAX_IDS = 100;

interface Pending {
  /** Null: too many to name, or one event was about no id in particular. */
  ids: Set<string> | null;
}

/**
 * Passes events on, the first at once and those that follow it within the period together at its end, until
 * `signal` is aborted.
 */
export function createLiveFeed(deps: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly send: (event: LiveEvent) => void;
}): (event: LiveEvent) => void {
  const { clock, signal, send } = deps;
  const waiting = new Map<LiveEvent['topic'], Pending>();

  /** Holds the topic for one period; what came meanwhile goes out at its end and begins the next. */
  async function hold(topic: LiveEvent['topic']): Promise<void> {
    for (;;) {
      const pending: Pending = { ids: new Set() };
      waiting.set(topic, pending);
      await clock.sleep(LIVE_PERIOD_MS, { signal });
      const { ids } = pending;
      if (ids !== null && ids.size === 0) break;
      send({ topic, ids: ids === null ? [] : [...ids] });
    }
    waiting.delete(topic);
  }

  return (event) => {
    if (signal.aborted) return;
    const pending = waiting.get(event.topic);
    if (!pending) {
      send(event);
      // The stream's end is the only way that the wait fails.
      hold(event.topic).catch(() => waiting.delete(event.topic));
      return;
    }
    if (event.ids.length === 0) pending.ids = null;
    for (const id of event.ids) pending.ids?.add(id);
    if (pending.ids && pending.ids.size > MAX_IDS) pending.ids = null;
  };
}
