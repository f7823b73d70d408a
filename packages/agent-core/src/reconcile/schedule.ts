import type { Clock, Entropy } from '@moorline/kernel';

/** Something that comes round again and again, spread by jitter so that a fleet does not come at once. */
export interface Schedule {
  /** Begins the present interval anew, with the period as it is now. */
  restart(): void;
  /** Runs until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

/** Of the period, to either side. */
const JITTER = 0.1;
// Timers of Node hold 24.8 days; a longer one would fire at once.
const LONGEST_SLEEP_MS = 7 * 24 * 3_600_000;

export function createSchedule(deps: {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly periodMs: () => number;
  readonly due: () => void;
}): Schedule {
  const { clock, entropy } = deps;
  let restarted = new AbortController();
  return {
    restart() {
      restarted.abort();
    },
    async run(signal) {
      while (!signal.aborted) {
        restarted = new AbortController();
        const { signal: interval } = restarted;
        const spread = 1 - JITTER + 2 * JITTER * entropy.fraction();
        try {
          await clock.sleep(Math.min(deps.periodMs() * spread, LONGEST_SLEEP_MS), {
            signal: AbortSignal.any([signal, interval]),
          });
        } catch (error) {
          if (interval.aborted || signal.aborted) continue;
          throw error;
        }
        deps.due();
      }
    },
  };
}
