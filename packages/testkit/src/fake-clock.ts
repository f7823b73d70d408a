import type { Clock } from '@moorline/kernel';

/** Time that moves only when the test says so. */
export interface FakeClock extends Clock {
  /** Moves time on; sleepers whose time has come wake in order, each before the next. */
  advance(byMs: number): void;
}

interface Sleeper {
  readonly wakeAt: number;
  wake(): void;
}

export function createFakeClock(startMs: number = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startMs;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep(delayMs, options = {}) {
      const { signal } = options;
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          wakeAt: now + delayMs,
          wake() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    advance(byMs) {
      const until = now + byMs;
      for (;;) {
        const next = sleepers
          .filter((sleeper) => sleeper.wakeAt <= until)
          .sort((a, b) => a.wakeAt - b.wakeAt)[0];
        if (!next) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.wakeAt);
        next.wake();
      }
      now = until;
    },
  };
}
