import type { Clock } from '@moorline/kernel';

/** A word that something happened, kept until it is heard: one that comes while nobody waits is not lost. */
export interface Wakeup {
  wake(): void;
  /** True when woken, false when `timeoutMs` passed or the signal was aborted; a kept word answers at once. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** Forgets a word that is kept: what it spoke of is about to be looked at. */
  reset(): void;
}

export function createWakeup(clock: Clock): Wakeup {
  let isWoken = false;
  let waiter = new AbortController();
  return {
    wake() {
      isWoken = true;
      waiter.abort();
    },
    async wait(timeoutMs, signal) {
      if (!isWoken) {
        waiter = new AbortController();
        await clock
          .sleep(timeoutMs, { signal: AbortSignal.any([signal, waiter.signal]) })
          .catch(() => {}); // woken, or stopping
      }
      const answer = isWoken && !signal.aborted;
      isWoken = false;
      return answer;
    },
    reset() {
      isWoken = false;
    },
  };
}
