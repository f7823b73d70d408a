import type { Clock } from '@moorline/kernel';

/** Time that moves only when the test says so. Testkit's own would bring every package along. */
export interface HeldClock extends Clock {
  /** Moves time on and wakes, in order, whoever's time has come. */
  advance(byMs: number): void;
}

export function createHeldClock(startMs: number = Date.now()): HeldClock {
  let now = startMs;
  const sleepers = new Map<() => void, number>();
  return {
    now: () => now,
    sleep: (delayMs, { signal } = {}) =>
      new Promise((resolve, reject) => {
        const forget = (): void => {
          sleepers.delete(wake);
          signal?.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          forget();
          reject(signal?.reason);
        };
        const wake = (): void => {
          forget();
          resolve();
        };
        sleepers.set(wake, now + delayMs);
        signal?.addEventListener('abort', abort, { once: true });
        if (signal?.aborted) abort();
      }),
    advance(byMs) {
      now += byMs;
      const due = [...sleepers].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
      for (const [wake] of due) wake();
    },
  };
}
