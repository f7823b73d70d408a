import type { Clock } from '@moorline/kernel';

/** A word that something happened, kept until it is heard: one that comes while nobody waits is not lost. */
export interface Wakeup {
  wake(): void;
  /** True when woken, false when `timeoutMs` passed or the signal was aborted; a kept word answers at once. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** The same without a limit. */
  waitUntil(signal: AbortSignal): Promise<boolean>;
  /** Forgets a word that is kept: what it spoke of is about to be looked at. */
  reset(): void;
}

/** One waiter at a time. */
export function createWakeup(clock: Clock): Wakeup {
  let isWoken = false;
  let rouse = (): void => {};

  const hear = (signal: AbortSignal): boolean => {
    const answer = isWoken && !signal.aborted;
    if (answer) isWoken = false;
    return answer;
  };

  return {
    wake() {
      isWoken = true;
      rouse();
    },
    async wait(timeoutMs, signal) {
      if (!isWoken) {
        const woken = new AbortController();
        rouse = () => woken.abort();
        const ended = AbortSignal.any([signal, woken.signal]);
        await clock.sleep(timeoutMs, { signal: ended }).catch(() => {}); // woken, or stopping
      }
      return hear(signal);
    },
    async waitUntil(signal) {
      if (!isWoken && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        rouse = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        await promise;
      }
      return hear(signal);
    },
    reset() {
      isWoken = false;
    },
  };
}
